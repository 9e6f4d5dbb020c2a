import Crypto
import FoundationEssentials
package import JSON

/// The SHA-256 of some bytes: the name of every layer and the proof of every metadata file.
package struct Digest: Hashable, Comparable, Sendable, LosslessStringConvertible, JSONRepresentable {
    /// How many bytes a digest has.
    package static let byteCount = 32

    // In place, the first byte the most significant: a hub holds hundreds of thousands of them.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The 32 bytes.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.storeBytes(of: words.0.bigEndian, toByteOffset: 0, as: UInt64.self)
            raw.storeBytes(of: words.1.bigEndian, toByteOffset: 8, as: UInt64.self)
            raw.storeBytes(of: words.2.bigEndian, toByteOffset: 16, as: UInt64.self)
            raw.storeBytes(of: words.3.bigEndian, toByteOffset: 24, as: UInt64.self)
            count = Self.byteCount
        }
    }

    /// Hashes `content`.
    package init(of content: [UInt8]) {
        self.init(SHA256.hash(data: content))
    }

    /// Takes 32 bytes over; `nil` for any other number.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        words = bytes.withUnsafeBytes(Self.words)
    }

    /// Takes over what a hash function made.
    init(_ hash: SHA256.Digest) {
        words = Array(hash).withUnsafeBytes(Self.words)
    }

    /// Takes over what an authentication code was made of.
    init(_ code: HMAC<SHA256>.MAC) {
        words = Array(code).withUnsafeBytes(Self.words)
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        return (word(0), word(8), word(16), word(24))
    }

    /// Reads 64 lower-case hexadecimal digits; `nil` for anything else.
    package init?(_ hex: String) {
        guard hex.utf8.count == Self.byteCount * 2, let bytes = Hexadecimal.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// Reads the hexadecimal form.
    ///
    /// - Throws: `JSONError` for anything but 64 lower-case hexadecimal digits.
    package init(json: JSONValue) throws(JSONError) {
        guard let digest = try Digest(String(json: json)) else {
            throw JSONError("64 lower-case hexadecimal digits are expected", at: .root)
        }
        self = digest
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hexadecimal.encode(bytes) }

    package var description: String { hex }

    package var json: JSONValue { .string(hex) }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.words < right.words
    }

    package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
