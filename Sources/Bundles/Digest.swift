import Crypto
package import JSON

/// The SHA-256 of some bytes: the name of every layer and the proof of every metadata file.
package struct Digest: Hashable, Comparable, Sendable, LosslessStringConvertible, JSONRepresentable {
    /// How many bytes a digest has.
    package static let byteCount = 32

    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Hashes `content`.
    package init(of content: [UInt8]) {
        bytes = Array(SHA256.hash(data: content))
    }

    /// Takes 32 bytes over; `nil` for any other number.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Reads 64 lower-case hexadecimal digits; `nil` for anything else.
    package init?(_ hex: String) {
        guard hex.utf8.count == Self.byteCount * 2, let bytes = Hexadecimal.decode(hex) else { return nil }
        self.bytes = bytes
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
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension Digest {
    /// Takes the 32 bytes that a hash function made.
    init(verified bytes: [UInt8]) {
        self.bytes = bytes
    }
}
