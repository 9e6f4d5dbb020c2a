import Values

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
        if let address = IPAddress(text) {
            switch address {
            case .ipv4(let text): self = .ipv4(text)
            case .ipv6(let text): self = .ipv6(text)
            }
        } else if text.utf8.contains(UInt8(ascii: ":")) {
            return nil
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
}
