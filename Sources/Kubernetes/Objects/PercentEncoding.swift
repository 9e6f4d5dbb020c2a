/// Text as it may stand in a URL (RFC 3986).
enum PercentEncoding {
    /// One segment of a path; names of roles may hold `:` and other characters that a segment allows.
    static func segment(_ text: String) -> String { encoded(text, allowing: "!$&'()*+,;=:@") }

    /// A name or value in a query.
    static func query(_ text: String) -> String { encoded(text, allowing: "!'()*,:@/") }

    private static func encoded(_ text: String, allowing extra: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(.init(byte))
            case _ where extra.utf8.contains(byte): result.unicodeScalars.append(.init(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return result
    }
}
