/// An amount as Kubernetes writes it: `2`, `0.5`, `200m`, `64Mi`.
struct Quantity: Comparable {
    private let value: Double

    private static let factors: [String: Double] = [
        "": 1, "m": 0.001, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
        "Ki": 1024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776, "Pi": 1_125_899_906_842_624,
        "Ei": 1_152_921_504_606_846_976,
    ]

    /// `nil` when `text` is no quantity.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), let factor = Self.factors[String(text.dropFirst(digits.count))] else {
            return nil
        }
        value = number * factor
    }

    static func < (left: Quantity, right: Quantity) -> Bool { left.value < right.value }
}
