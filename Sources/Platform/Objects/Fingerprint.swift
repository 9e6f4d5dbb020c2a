import JSON

/// A short stable name for a value: FNV-1a, 64 bit, over its compact JSON.
///
/// It tells two versions of one person's document apart, so that a Job or a pod template is replaced when, and only when,
/// its inputs change. It is no defence against anybody: what is signed and fetched is named by SHA-256 in `Bundles`.
struct Fingerprint {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init(_ value: JSONValue) {
        for byte in value.serialized() {
            state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
    }

    init(_ text: String) {
        for byte in text.utf8 {
            state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
    }

    /// All sixteen hexadecimal digits.
    var hex: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Eight digits of it, for a name that has little room.
    var shortHex: String {
        // The upper half folded over the lower: every bit counts.
        let digits = String((state >> 32) ^ (state & 0xffff_ffff), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
