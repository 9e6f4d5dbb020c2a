/// Base64 as the alphabet says it, written apart from the hub's own.
enum Base64Text {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    static func bytes(_ text: String) -> [UInt8]? {
        var bits = 0
        var buffer = 0
        var result: [UInt8] = []
        for character in text where character != "=" {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            buffer = buffer << 6 | value
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            result.append(UInt8(buffer >> bits & 0xFF))
        }
        return result
    }
}
