import Foundation

/// Values that stand for secrets, and that are found again wherever they come out.
package enum Canary {
    /// What all of them contain; nothing else does.
    package static let mark = "kanari3nv0gel"

    /// A value for the secret that `name` names.
    package static func value(_ name: String) -> String { "\(mark)-\(name)" }

    /// In which form a value shows in `bytes`; `nil` when none does.
    ///
    /// Looks for plain text, hexadecimal, percent-encoded text, and base64 at any offset, once and twice.
    package static func trace(in bytes: some Collection<UInt8>) -> String? {
        let data = Data(bytes)
        return forms.first { data.range(of: Data($0.pattern.utf8)) != nil }?.name
    }

    package static func trace(in text: String) -> String? { trace(in: Array(text.utf8)) }

    private static let forms: [(name: String, pattern: String)] = {
        let hexadecimal = mark.utf8.map { String($0, radix: 16) }
        var forms = [
            ("plain text", mark),
            ("hexadecimal", hexadecimal.joined()),
            ("upper-case hexadecimal", hexadecimal.joined().uppercased()),
            ("percent-encoded text", hexadecimal.map { "%\($0.uppercased())" }.joined()),
        ]
        for once in base64(mark) {
            forms.append(("base64", once))
            forms += base64(once).map { ("base64 of base64", $0) }
        }
        return forms
    }()

    /// The part of the base64 of any text with `text` in it that depends on nothing around it, for each offset.
    private static func base64(_ text: String) -> [String] {
        (0..<3).map { offset in
            let encoded = Data(Array(repeating: 0, count: offset) + Array(text.utf8)).base64EncodedString()
            let start = offset == 0 ? 0 : offset + 1
            let whole = (offset + text.utf8.count) / 3 * 4
            return String(encoded.prefix(whole).dropFirst(start))
        }
    }
}
