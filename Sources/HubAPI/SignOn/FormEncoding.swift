/// `application/x-www-form-urlencoded`, as OAuth writes and reads parameters (RFC 6749, appendix B).
package enum FormEncoding {
    package static let mediaType = "application/x-www-form-urlencoded"

    /// The text of parameters in their order.
    package static func encode(_ items: KeyValuePairs<String, String>) -> String {
        items.map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    }

    /// The parameters of `text`; `nil` when it is malformed, has more than `limit`, or has one of them twice.
    ///
    /// RFC 6749, section 3.1: parameters must not be included more than once.
    package static func decode(_ text: some StringProtocol, limit: Int = 64) -> [String: String]? {
        var result: [String: String] = [:]
        for item in text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard result.count < limit, let name = unescape(parts[0]),
                let value = parts.count == 2 ? unescape(parts[1]) : "",
                result.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        return result
    }

    private static func unescape(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
