/// Base64 with padding (RFC 4648, section 4), written and read without Foundation.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let invalid: UInt8 = 0xFF
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The text of `bytes`, padded to a multiple of four characters.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let left = bytes.count - start
            let second = left > 1 ? bytes[start + 1] : 0
            let third = left > 2 ? bytes[start + 2] : 0
            text.append(alphabet[Int(bytes[start] >> 2)])
            text.append(alphabet[Int((bytes[start] & 0x03) << 4 | second >> 4)])
            text.append(left > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : UInt8(ascii: "="))
            text.append(left > 2 ? alphabet[Int(third & 0x3F)] : UInt8(ascii: "="))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of `text`; `nil` for a foreign character, missing padding, or bits beyond the last byte that are not zero.
    ///
    /// Strict, so that one value has exactly one text: a signature or a nonce cannot be varied by its spelling.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3)
        for start in stride(from: 0, to: characters.count, by: 4) {
            guard decodeGroup(characters[start..<start + 4], isLast: start + 4 == characters.count, into: &bytes) else {
                return nil
            }
        }
        return bytes
    }

    private static func decodeGroup(_ group: ArraySlice<UInt8>, isLast: Bool, into bytes: inout [UInt8]) -> Bool {
        var padding = 0
        if isLast {
            padding = group.reversed().prefix { $0 == UInt8(ascii: "=") }.count
            guard padding <= 2 else { return false }
        }
        var bits: UInt32 = 0
        for character in group.dropLast(padding) {
            let value = values[Int(character)]
            guard value != invalid else { return false }
            bits = bits << 6 | UInt32(value)
        }
        bits <<= UInt32(padding * 6)
        let keptBytes = 3 - padding
        guard bits & (UInt32(1) << UInt32(padding * 8) - 1) == 0 else { return false }
        for index in 0..<keptBytes { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - index * 8))) }
        return true
    }
}
