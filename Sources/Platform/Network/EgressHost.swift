/// Where an egress rule leads: a host name, all hosts under a name, or one address.
enum EgressHost: Hashable {
    case name(String)
    /// Every host under the name.
    case wildcard(String)
    case ipv4(String)
    case ipv6(String)

    /// Reads what a person wrote; `nil` when it is neither a host nor an address.
    init?(_ text: String) {
        let text = text.lowercased()
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard Self.isIPv6(text) else { return nil }
            self = .ipv6(text)
        } else if Self.isIPv4(text) {
            self = .ipv4(text)
        } else if text.hasPrefix("*.") {
            let name = String(text.dropFirst(2))
            guard ObjectName.isHost(name) else { return nil }
            self = .wildcard(name)
        } else {
            guard ObjectName.isHost(text) else { return nil }
            self = .name(text)
        }
    }

    /// A part of an object's name that no other host has.
    var objectName: String {
        switch self {
        case .name(let name): name
        case .wildcard(let name): "any.\(name)"
        case .ipv4(let address): address
        case .ipv6(let address): Self.label(ofIPv6: address)
        }
    }

    /// The host that the mesh knows it by; an address needs one too, which is never resolved.
    var meshHost: String {
        switch self {
        case .name(let name): name
        case .wildcard(let name): "*.\(name)"
        case .ipv4(let address): address.split(separator: ".").joined(separator: "-") + ".egress.otomi"
        case .ipv6(let address): Self.label(ofIPv6: address) + ".egress.otomi"
        }
    }

    var address: String? {
        switch self {
        case .name, .wildcard: nil
        case .ipv4(let address), .ipv6(let address): address
        }
    }

    /// How Istio finds the endpoints.
    ///
    /// A wildcard has none to look up: traffic goes where it was going.
    var resolution: String {
        switch self {
        case .name: "DNS"
        case .wildcard: "NONE"
        case .ipv4, .ipv6: "STATIC"
        }
    }

    /// `ae::1` → `ip6-ae-x-1`: a label may neither begin nor end with a hyphen, an address may with a colon.
    private static func label(ofIPv6 address: String) -> String {
        let groups = address.split(separator: ":", omittingEmptySubsequences: false)
        return "ip6-" + groups.map { $0.isEmpty ? "x" : String($0) }.joined(separator: "-")
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
