import HTTPTransport

/// Which addresses of a provider are safe to send secrets to.
enum SecureAddress {
    private static let longest = 2_000

    /// Whether `url` is `https://`, or `http://` on this machine while the issuer is too.
    ///
    /// A fragment has no meaning there, and a user in the address would hide which host it is.
    static func accepts(_ url: String, beside issuer: String) -> Bool {
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && url.utf8.count <= longest
        guard isPlain, !url.contains("#"), isHost(authority(of: url)) else { return false }
        if url.hasPrefix("https://") { return true }
        return url.hasPrefix("http://") && issuer.hasPrefix("http://") && URLParts.isLoopback(url)
            && URLParts.isLoopback(issuer)
    }

    private static func isHost(_ authority: Substring) -> Bool {
        !authority.isEmpty
            && authority.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0)) }
    }

    private static func authority(of url: String) -> Substring {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        return url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    }
}
