import Concurrency
import HTTPTransport

/// Which addresses events may be sent to.
package enum WebhookAddress {
    private static let longest = 2_000
    /// Names under which clouds serve the credentials of their machines.
    private static let metadataHosts: Set<String> = ["metadata", "metadata.google.internal", "instance-data"]

    /// Why nothing is sent to `url`; `nil` for `https://` to anywhere but a machine's own surroundings, and `http://` to the
    /// hub's own machine.
    ///
    /// A name that resolves to such surroundings is found when it is connected to (`refusesLinkLocal` of the client).
    package static func fault(in url: String) -> String? {
        guard url.utf8.count <= longest, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !url.contains("#") else {
            return "it is no address: use up to \(longest) visible ASCII characters, without a fragment"
        }
        let isEncrypted = url.hasPrefix("https://")
        guard isEncrypted || url.hasPrefix("http://") && URLParts.isLoopback(url) else {
            return "it must begin with https://; http:// is for the hub's own machine"
        }
        guard let host = host(of: url) else { return "it names no host" }
        if metadataHosts.contains(host) || IPAddress(host)?.isLinkLocal == true {
            return "'\(host)' is a cloud's own address for its machines"
        }
        return nil
    }

    private static func host(of url: String) -> String? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        // A user in the address would hide which host it is.
        guard authority.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]_".contains($0)) }) else {
            return nil
        }
        let host: Substring
        if authority.hasPrefix("[") {
            host = authority.dropFirst().prefix { $0 != "]" }
        } else {
            host = authority.prefix { $0 != ":" }
        }
        var name = host.lowercased()
        while name.hasSuffix(".") { name.removeLast() }
        return name.isEmpty ? nil : name
    }
}
