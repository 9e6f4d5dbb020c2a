/// An IP address as people write it.
package enum IPAddress: Hashable, Sendable {
    case ipv4(String)
    case ipv6(String)

    /// Reads dotted decimals, or groups of hexadecimal digits; `nil` for everything else, an IPv4 tail included.
    package init?(_ text: String) {
        let text = text.lowercased()
        if Self.isIPv4(text) {
            self = .ipv4(text)
        } else if text.utf8.contains(UInt8(ascii: ":")), Self.isIPv6(text) {
            self = .ipv6(text)
        } else {
            return nil
        }
    }

    /// A domain that resolves to the address without anybody registering it.
    var publicDomain: String {
        switch self {
        case .ipv4(let address): return "\(address).nip.io"
        case .ipv6(let address):
            // A label neither begins nor ends with a hyphen; a zero group says the same.
            let start = address.hasPrefix(":") ? "0" : ""
            let end = address.hasSuffix(":") ? "0" : ""
            return "\(start)\(String(address.map { $0 == ":" ? "-" : $0 }))\(end).sslip.io"
        }
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    && UInt8(part) != nil
            }
    }

    /// Eight groups of hexadecimal digits, or fewer with one `::` for the missing ones (RFC 4291, section 2.2).
    private static func isIPv6(_ text: String) -> Bool {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false)
        // `::1` and `ae::` split into two empty groups at that end; one of them stands for the gap.
        if text.hasPrefix("::") { groups.removeFirst() }
        if text.hasSuffix("::") { groups.removeLast() }
        let gaps = groups.count(where: \.isEmpty)
        guard text.contains("::") ? gaps == 1 && groups.count <= 8 : gaps == 0 && groups.count == 8 else {
            return false
        }
        return groups.allSatisfy { group in
            group.utf8.count <= 4
                && group.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
    }
}
