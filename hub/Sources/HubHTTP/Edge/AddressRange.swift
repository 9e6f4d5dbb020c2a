package import Concurrency

/// Addresses with the same first bits, written `10.0.0.0/8`; one address alone needs no length.
package struct AddressRange: Hashable, Sendable {
    private let base: IPAddress
    private let bits: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = IPAddress(String(parts[0])) else { return nil }
        let length = base.bytes.count * 8
        if parts.count == 2 {
            guard let bits = Int(parts[1]), (0...length).contains(bits), String(bits) == parts[1] else { return nil }
            self.bits = bits
        } else {
            bits = length
        }
        self.base = base
    }

    package func contains(_ address: IPAddress) -> Bool { base.shares(bits, bitsWith: address) }
}
