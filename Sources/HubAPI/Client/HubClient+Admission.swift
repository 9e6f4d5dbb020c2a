import HTTPTransport
import JSON

extension HubClient {
    /// Lets the agent in that waits with this key, or, without one, ends a quarantine.
    ///
    /// - Throws: `HubClientError`; `conflict` when another key waits, or nothing.
    package func approve(cluster name: String, fingerprint: String?) async throws(HubClientError) -> ClusterStatus {
        try await post(
            Route.clusterApproval.path(name),
            ClusterApproval(fingerprint: fingerprint).json,
            action: "approving cluster \(name)"
        )
    }

    /// Turns the agent away that waits.
    ///
    /// - Throws: `HubClientError`; `conflict` when nothing waits.
    package func reject(cluster name: String) async throws(HubClientError) -> ClusterStatus {
        let action = "rejecting the agent of cluster \(name)"
        return try decode(try await send(.delete, Route.clusterApproval.path(name), action: action), action: action)
    }

    /// Refuses a cluster's agent from now on.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func revoke(cluster name: String) async throws(HubClientError) -> ClusterStatus {
        try await post(Route.clusterRevocation.path(name), [:], action: "revoking cluster \(name)")
    }

    /// Makes a token with which a revoked cluster comes back.
    ///
    /// - Throws: `HubClientError`; `conflict` when it is not revoked.
    package func readmit(cluster name: String) async throws(HubClientError) -> ClusterEnrolment {
        let action = "readmitting cluster \(name)"
        return try decode(try await send(.delete, Route.clusterRevocation.path(name), action: action), action: action)
    }

    /// Has a cluster's agent replace its keys.
    ///
    /// - Throws: `HubClientError`; `conflict` when it has no agent.
    package func rotateKeys(cluster name: String) async throws(HubClientError) -> ClusterStatus {
        try await post(Route.clusterRotation.path(name), [:], action: "asking cluster \(name) for new keys")
    }

    /// The newest security events, of one cluster or of everything.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such cluster.
    package func securityEvents(
        cluster name: String? = nil,
        limit: Int = 100
    ) async throws(HubClientError) -> [SecurityEventEntry] {
        let page: Page<SecurityEventEntry> = try await get(
            Route.securityEvents.path(query: [("cluster", name), ("limit", String(limit))]),
            action: "reading the security events"
        )
        return page.items
    }
}
