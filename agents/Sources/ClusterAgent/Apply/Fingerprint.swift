package import Bundles
package import JSON

/// Half a SHA-256: which bytes an object was applied with, in sixteen bytes of memory.
package struct Fingerprint: Hashable, Sendable, JSONRepresentable {
    private let high: UInt64
    private let low: UInt64

    /// The fingerprint of `content`.
    package init(of content: some Collection<UInt8>) {
        self.init(Digest(of: Array(content)))
    }

    /// The first half of `digest`.
    package init(_ digest: Digest) {
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        high = word(digest.bytes[0..<8])
        low = word(digest.bytes[8..<16])
    }

    /// Reads `high-low` in hexadecimal.
    ///
    /// - Throws: `JSONError` for any other text.
    package init(json: JSONValue) throws(JSONError) {
        let parts = try String(json: json).split(separator: "-")
        guard parts.count == 2, let high = UInt64(parts[0], radix: 16), let low = UInt64(parts[1], radix: 16) else {
            throw JSONError("a fingerprint is expected", at: .root)
        }
        self.high = high
        self.low = low
    }

    /// The first eight bytes in hexadecimal, as reports have them.
    package var short: String {
        let text = String(high, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    package var json: JSONValue { .string("\(String(high, radix: 16))-\(String(low, radix: 16))") }
}
