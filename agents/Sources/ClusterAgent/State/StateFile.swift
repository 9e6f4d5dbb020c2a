/// The form of a small file that must survive a power cut: one header line with a checksum, then the payload.
///
/// The checksum finds a torn file; it does not guard against people (the directory's mode does).
package enum StateFile {
    private static let mark = "otomi-state 1 "

    /// The file's bytes for `payload`.
    package static func encode(_ payload: [UInt8]) -> [UInt8] {
        Array("\(mark)\(hexadecimal(checksum(payload[...]))) \(payload.count)\n".utf8) + payload
    }

    /// The payload, or `nil` when the file is torn, cut short or not ours.
    package static func decode(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: mark.utf8), let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let header = String(decoding: bytes[mark.utf8.count..<lineEnd], as: UTF8.self).split(separator: " ")
        let payload = bytes[(lineEnd + 1)...]
        guard header.count == 2, header[1] == String(payload.count), header[0] == hexadecimal(checksum(payload)) else {
            return nil
        }
        return Array(payload)
    }

    /// FNV-1a, 64 bits.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBufferPointer { buffer in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in buffer { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return hash
        }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
