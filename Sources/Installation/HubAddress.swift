/// The address of a hub or a proxy, as far as an installation has to look into it.
package struct HubAddress: Hashable, Sendable {
    package let isEncrypted: Bool
    package let host: String
    package let port: Int

    /// Reads `http://` or `https://`, a host, and optionally a port and a path; `nil` for anything else.
    package init?(_ url: String) {
        let lowered = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowered.hasPrefix) else { return nil }
        isEncrypted = scheme == "https://"
        var authority = lowered.dropFirst(scheme.count).prefix { $0 != "/" }
        guard !authority.contains(where: { $0.isWhitespace || $0 == "?" || $0 == "#" }) else { return nil }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        var port = isEncrypted ? 443 : 80
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else {
                return nil
            }
            port = number
            authority = authority[..<colon]
        }
        guard !authority.isEmpty else { return nil }
        host = String(authority)
        self.port = port
    }

    /// Whether the address means the machine that it is used on.
    package var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || host.hasPrefix("127.")
    }
}
