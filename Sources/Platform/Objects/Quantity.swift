import JSON

/// An amount of CPU or memory as Kubernetes writes it, held exactly: `100m`, `0.5`, `2000Mi`, `1e3`.
struct Quantity: Comparable {
    /// The amount in billionths.
    private let nano: UInt128

    private static let decimal: [String: Int] = [
        "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
    ]
    private static let binary: [String: UInt128] = [
        "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
    ]

    /// `nil` when the text is no quantity, is finer than a billionth, or has more than 18 digits.
    init?(_ text: String) {
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? parts[1] : ""
        guard let whole = parts.first, !whole.isEmpty, !fraction.contains("."), parts.count == 1 || !fraction.isEmpty,
            whole.count + fraction.count <= 18, let digits = UInt128(String(whole + fraction)),
            let (exponent, factor) = Self.scale(String(text.dropFirst(number.count)))
        else { return nil }
        let zeros = 9 + exponent - fraction.count
        guard (0...27).contains(zeros) else { return nil }
        var value = digits
        for _ in 0..<zeros {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            guard !overflows else { return nil }
            value = product
        }
        let (product, overflows) = value.multipliedReportingOverflow(by: factor)
        guard !overflows else { return nil }
        nano = product
    }

    /// A number or its text, as a manifest holds it.
    init?(_ json: JSONValue) {
        guard let text = json.scalarText, json.boolValue == nil else { return nil }
        self.init(text)
    }

    private static func scale(_ suffix: String) -> (exponent: Int, factor: UInt128)? {
        if let exponent = decimal[suffix] { return (exponent, 1) }
        if let factor = binary[suffix] { return (0, factor) }
        guard suffix.count <= 3, suffix.hasPrefix("e") || suffix.hasPrefix("E") else { return nil }
        let digits = suffix.dropFirst()
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(String(digits)).map { ($0, 1) }
    }

    static func < (left: Quantity, right: Quantity) -> Bool { left.nano < right.nano }
}
