package import JSON
import Bundles

/// What tells whether two sides have the same states of all objects: a hash of each bucket, and one of them all.
///
/// Every object belongs to the bucket that its key hashes to. The hashes find differences between two sides that trust
/// each other over a signed connection; they are no proof against a forger, and therefore cheap.
package struct BucketHashes: Hashable, Sendable, JSONRepresentable {
    /// How many buckets the objects of a cluster are spread over.
    package static let count = 256

    /// The hash of all buckets.
    package let root: UInt64
    /// One hash for each bucket; empty when they are those that the hub has under the same root.
    package let hashes: [UInt64]

    /// The hashes of `count` buckets.
    package init(_ hashes: [UInt64]) {
        var mixer = HashMixer()
        for hash in hashes { mixer.add(hash) }
        self.init(root: mixer.value, hashes)
    }

    private init(root: UInt64, _ hashes: [UInt64]) {
        self.root = root
        self.hashes = hashes
    }

    /// The hash of all alone.
    package var rootOnly: BucketHashes { BucketHashes(root: root, []) }

    /// The buckets whose hash is another one in `stored`; a bucket that nobody has spoken of hashes to 0.
    package func differing(from stored: [Int: UInt64]) -> [Int] {
        hashes.indices.filter { hashes[$0] != stored[$0] ?? 0 }
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` for other than `count` hashes of eight bytes.
    package init(json: JSONValue) throws(JSONError) {
        guard let root = UInt64(try json.required("root", as: String.self), radix: 16) else {
            throw JSONError("a hash in hexadecimal is expected", at: JSONPointer(["root"]))
        }
        guard let text = try json.optional("hashes", as: String.self) else {
            self.init(root: root, [])
            return
        }
        guard let bytes = Base64.decode(text), bytes.count == Self.count * 8 else {
            throw JSONError("\(Self.count) hashes of eight bytes are expected", at: JSONPointer(["hashes"]))
        }
        let hashes = (0..<Self.count).map { bucket in
            bytes[(bucket * 8)..<(bucket * 8 + 8)].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        }
        self.init(root: root, hashes)
    }

    package var json: JSONValue {
        let bytes = hashes.flatMap { hash in (0..<8).map { UInt8(truncatingIfNeeded: hash >> (56 - 8 * $0)) } }
        return .members(["root": String(root, radix: 16), "hashes": bytes.isEmpty ? nil : Base64.encode(bytes)])
    }
}

/// A 64-bit hash that is the same on every machine and in every version: FNV-1a with a final mixing.
///
/// It is cheap and spreads well; it resists nobody who looks for collisions.
package struct HashMixer: Sendable {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    /// Adds a text and an end that no other text can make.
    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        state = (state ^ 0xff) &* 0x100_0000_01b3
    }

    package mutating func add(_ number: UInt64) {
        state = Self.mixed(state ^ number)
    }

    package var value: UInt64 { Self.mixed(state) }

    /// The finaliser of SplitMix64.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9e37_79b9_7f4a_7c15
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
