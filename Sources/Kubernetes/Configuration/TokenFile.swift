import Synchronization

/// A bearer token in a file that others rotate.
final class TokenFile: Sendable {
    /// The kubelet replaces the token long before it ends; a minute is soon enough to notice.
    private static let lifetime: Duration = .seconds(60)

    private struct Cache {
        var token: String
        var readAt: ContinuousClock.Instant
    }

    private let path: String
    private let cache = Mutex<Cache?>(nil)

    init(path: String) {
        self.path = path
    }

    /// The token, read anew after a minute.
    ///
    /// - Throws: `KubernetesError` with code `configuration` when the file cannot be read or is empty.
    func token() throws(KubernetesError) -> String {
        let now = ContinuousClock.now
        let cached = cache.withLock { $0 }
        if let cached, cached.readAt.duration(to: now) < Self.lifetime { return cached.token }
        let text = String(decoding: try FileContent.read(path), as: UTF8.self)
        let token = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !token.isEmpty else { throw KubernetesError(.configuration, "the token file \(path) is empty") }
        cache.withLock { $0 = Cache(token: token, readAt: now) }
        return token
    }

    /// Reads the file again at the next call.
    func forget() {
        cache.withLock { $0 = nil }
    }
}
