import Glibc

/// An IPv4 or IPv6 address by its bytes.
package struct IPAddress: Hashable, Sendable {
    /// Four or sixteen of them, in network order.
    package let bytes: [UInt8]

    /// Reads an address without a port; `nil` for anything else.
    ///
    /// An IPv4 address in IPv6 form is taken for what it stands for, so that nobody has two addresses.
    package init?(_ text: String) {
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            bytes = Array(buffer.prefix(4))
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            let isMapped = buffer.prefix(10).allSatisfy { $0 == 0 } && buffer[10] == 0xFF && buffer[11] == 0xFF
            bytes = isMapped ? Array(buffer.suffix(4)) : buffer
        } else {
            return nil
        }
    }

    /// Whether the first `count` bits are those of `other`.
    package func shares(_ count: Int, bitsWith other: IPAddress) -> Bool {
        guard bytes.count == other.bytes.count, count <= bytes.count * 8 else { return false }
        let whole = count / 8
        guard bytes.prefix(whole) == other.bytes.prefix(whole) else { return false }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> (count % 8))
        return count % 8 == 0 || bytes[whole] & mask == other.bytes[whole] & mask
    }

    /// Whether it means the machine that it is used on.
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Whether it means a machine's own surroundings: a link-local address, or one where clouds serve the credentials of
    /// their machines.
    package var isLinkLocal: Bool {
        guard bytes.count == 16 else { return bytes.starts(with: [169, 254]) || bytes == [100, 100, 100, 200] }
        return bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 || Self.metadata == self
    }

    private static let metadata = IPAddress("fd00:ec2::254")

    /// The part that one subscriber has for themselves: an IPv4 address, or the first 64 bits of an IPv6 address.
    package var subscriber: [UInt8] { bytes.count == 4 ? bytes : Array(bytes.prefix(8)) }
}
