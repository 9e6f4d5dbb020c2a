/// Changes inputs a little, the same way for the same numbers: bytes, pieces, numbers and what such formats are made of.
package struct Mutator {
    private static let words: [[UInt8]] = [
        "{", "}", "[", "]", "\"", "\\", "\\u0000", "\\ud800", ":", ",", "null", "true", "-0", "1e999", "0.1", "NaN",
        "9223372036854775807", "-9223372036854775809", "18446744073709551616", "\u{FEFF}", "\u{0}", "\n", "---\n",
        "&a ",
        "*a", "<<: ", "!!binary ", "|\n", ">-\n", "? ", "\t", "\r", "%YAML 1.1\n", "(", ")", ";", "=", "?1", ":AAAA:",
        "keyid", "created", "_type", "signed", "signatures", "spec_version", "version", "expires", "$secret", "$sealed",
        "kind", "spec", "name", "\u{1F600}", "e\u{301}", "😀",
    ].map { Array($0.utf8) }

    private var random: any RandomNumberGenerator

    package init(_ random: some RandomNumberGenerator) {
        self.random = random
    }

    /// `input` with one to six changes; `other` gives pieces to it.
    package mutating func mutated(_ input: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...6, using: &random) { change(&bytes, other) }
        return Array(bytes.prefix(FuzzTarget.maximumBytes))
    }

    private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let range = place..<min(bytes.count, place + Int.random(in: 0...24, using: &random))
        switch Int.random(in: 0..<9, using: &random) {
        case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case 1: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 3: bytes.removeSubrange(range)
        case 4: bytes.insert(contentsOf: Self.words.randomElement(using: &random) ?? [], at: place)
        case 5: bytes.replaceSubrange(range, with: Self.words.randomElement(using: &random) ?? [])
        case 6: bytes.insert(contentsOf: Array(bytes[range]), at: Int.random(in: 0...bytes.count, using: &random))
        case 7:
            let start = Int.random(in: 0...other.count, using: &random)
            bytes.replaceSubrange(range, with: other[start..<min(other.count, start + 60)])
        default:
            // The same piece over and over: what nests or repeats without bound shows here.
            let piece = Array(bytes[range])
            let count = Int.random(in: 1...200, using: &random)
            bytes.insert(contentsOf: Array(repeatElement(piece, count: count).joined()), at: place)
        }
    }
}
