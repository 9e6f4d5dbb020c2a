package import HTTPTypes
package import HubAPI
package import HummingbirdTesting
package import JSON
import NIOCore
import Testing

/// A person or program that asks a hub.
package struct HubCaller: Sendable {
    package let client: any TestClientProtocol
    /// `nil` to come without one.
    package var token: String?

    package init(client: any TestClientProtocol, token: String? = nil) {
        self.client = client
        self.token = token
    }

    package func with(token: String?) -> HubCaller { HubCaller(client: client, token: token) }

    package func get(_ path: String) async throws -> HubAnswer { try await send(.get, path) }

    package func delete(_ path: String) async throws -> HubAnswer { try await send(.delete, path) }

    package func post(_ path: String, _ message: some JSONRepresentable) async throws -> HubAnswer {
        try await send(.post, path, body: message.json.serialized())
    }

    /// Sends any request.
    package func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: [UInt8]? = nil
    ) async throws -> HubAnswer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        let response = try await client.executeRequest(
            uri: path,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(bytes: $0) }
        )
        return HubAnswer(
            status: response.status.code,
            headers: response.headers,
            bytes: Array(buffer: response.body)
        )
    }

    // MARK: - What most tests begin with

    /// Adds a cluster.
    @discardableResult
    package func addCluster(
        _ name: String,
        provider: String = "aws",
        labels: [String: String] = [:]
    ) async throws -> ClusterEnrolment {
        try await post(
            Route.clusters.path(),
            NewCluster(name: name, provider: provider, region: "eu-1", labels: labels)
        ).message()
    }

    /// A cluster as `otomi cluster show` sees it.
    package func cluster(_ name: String) async throws -> ClusterStatus {
        try await get(Route.cluster.path(name)).message()
    }
}
