package import HTTPTransport
package import JSON

/// Calls one API server.
///
/// A value: copies share connections and the discovery cache. Calls are not repeated here; `KubernetesError.isRetryable`
/// says which may be.
package struct KubernetesClient: Sendable {
    /// Whom requests are made as, where that is not who the credentials say.
    package struct Impersonation: Hashable, Sendable {
        package var user: String
        package var groups: [String]

        package init(user: String, groups: [String] = []) {
            self.user = user
            self.groups = groups
        }

        /// A service account with the groups that the server would give it.
        package static func serviceAccount(_ name: String, namespace: String) -> Impersonation {
            Impersonation(
                user: "system:serviceaccount:\(namespace):\(name)",
                groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"]
            )
        }
    }

    package let configuration: KubernetesConfiguration
    /// What the server serves; shared by copies.
    package let discovery: Discovery
    package private(set) var impersonation: Impersonation?
    /// From hand-over to the last byte of any call but a watch.
    ///
    /// Defaults to 30 seconds.
    package var timeout: Duration = .seconds(30)
    let connection: APIConnection

    /// Makes a client with an HTTP client (and thread) of its own.
    ///
    /// - Throws: `KubernetesError` with code `configuration` when the HTTP client cannot be started.
    package init(_ configuration: KubernetesConfiguration) throws(KubernetesError) {
        do throws(HTTPTransportError) {
            let http = try HTTPClient(configuration: HTTPClient.Configuration(tls: configuration.tls))
            self.init(configuration, http: http)
        } catch { throw KubernetesError(.configuration, error.description) }
    }

    /// Makes a client that uses `http`, whose TLS settings must be those of `configuration`.
    package init(_ configuration: KubernetesConfiguration, http: HTTPClient) {
        self.configuration = configuration
        connection = APIConnection(configuration: configuration, http: http)
        discovery = Discovery(connection: connection)
    }

    /// The same client, acting as somebody else.
    ///
    /// Discovery stays that of the client itself.
    package func impersonating(_ impersonation: Impersonation?) -> KubernetesClient {
        var copy = self
        copy.impersonation = impersonation
        return copy
    }

    /// Ends the HTTP client and what is under way.
    package func shutDown() async {
        await connection.http.shutDown()
    }

    // MARK: - Any path

    /// Sends a request to `path` (with its query) and returns the answer, whatever its status.
    ///
    /// - Throws: `KubernetesError` when no answer came.
    package func raw(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        operation: String = ""
    ) async throws(KubernetesError) -> HTTPResponse {
        try await connection.send(
            connection.request(method, path, headers: headers, body: body, timeout: timeout, as: impersonation),
            operation: operation
        )
    }

    /// Sends a request and reads the JSON of a successful answer.
    ///
    /// - Throws: `KubernetesError`, also for any status that is not 2xx.
    package func json(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        operation: String
    ) async throws(KubernetesError) -> JSONValue {
        let response = try await raw(method, path, headers: headers, body: body, operation: operation)
        do throws(KubernetesError) {
            return try APIConnection.json(of: response, operation: operation)
        } catch { throw Self.isOfSecrets(path) ? error.concealed : error }
    }

    /// Whether `path` is that of core Secrets, one or many: `/api/v1/namespaces/a/secrets/b`.
    private static func isOfSecrets(_ path: String) -> Bool {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        guard parts.starts(with: ["api", "v1"]) else { return false }
        return parts.count > 2 && parts[2] == "secrets"
            || parts.count > 4 && parts[2] == "namespaces" && parts[4] == "secrets"
    }

    /// The server's version, such as `v1.30.2`.
    ///
    /// - Throws: `KubernetesError`.
    package func version() async throws(KubernetesError) -> String {
        try await json(.get, "/version", operation: "get the server's version")["gitVersion"]?.stringValue ?? ""
    }

    // MARK: - Kinds

    /// How the server serves `type`.
    ///
    /// - Throws: `KubernetesError` with code `notServed` when it does not (yet).
    package func resource(for type: GroupVersionKind) async throws(KubernetesError) -> APIResource {
        guard let resource = try await discovery.resource(for: type) else {
            throw KubernetesError(
                .notServed,
                "the API server does not serve \(type); install its CustomResourceDefinition",
                operation: "look up \(type)"
            )
        }
        return resource
    }

    /// The namespace of `object`, where its kind has one: its own, or the configuration's.
    func namespace(of namespace: String?, in resource: APIResource) -> String? {
        resource.isNamespaced ? namespace ?? configuration.namespace : nil
    }
}
