package import HTTPTransport

/// Where an API server is, and how to show who we are.
package struct KubernetesConfiguration: Sendable {
    /// How requests are authenticated, beside a TLS client certificate.
    package enum Credentials: Hashable, Sendable {
        case none
        case token(String)
        /// A file that holds the token and is rotated by others; read again at least once a minute.
        case tokenFile(String)
        case basic(user: String, password: String)
    }

    /// Scheme, host, port and perhaps a path, without a slash at its end.
    package var server: String
    package var tls: TLSConfiguration
    package var credentials: Credentials
    /// The namespace of objects that name none.
    package var namespace: String
    /// The context's name, for messages; empty for in-cluster.
    package var context: String

    package init(
        server: String,
        tls: TLSConfiguration = .system,
        credentials: Credentials = .none,
        namespace: String = "default",
        context: String = ""
    ) {
        self.server = String(server.reversed().drop { $0 == "/" }.reversed())
        self.tls = tls
        self.credentials = credentials
        self.namespace = namespace
        self.context = context
    }
}

extension KubernetesConfiguration.Credentials: CustomStringConvertible {
    /// The kind alone, since what holds a configuration may be logged as a whole.
    package var description: String {
        switch self {
        case .none: "none"
        case .token: "token"
        case .tokenFile(let path): "token file \(path)"
        case .basic(let user, _): "password of \(user)"
        }
    }
}
