import HTTPTransport
import JSON

extension HubClient {
    /// Adds a cluster and answers with its one-time token.
    ///
    /// - Throws: `HubClientError`; `conflict` when the name is taken.
    package func addCluster(_ cluster: NewCluster) async throws(HubClientError) -> ClusterEnrolment {
        try await post(Route.clusters.path(), cluster.json, action: "adding cluster \(cluster.name)")
    }

    /// Every cluster of the fleet, page after page.
    ///
    /// - Throws: `HubClientError`.
    package func clusters() async throws(HubClientError) -> [ClusterStatus] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(Route.clusters.path(query: [("after", after)]), action: "listing the clusters")
        }
    }

    /// One cluster with its layers.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func cluster(_ name: String) async throws(HubClientError) -> ClusterStatus {
        try await get(Route.cluster.path(name), action: "reading cluster \(name)")
    }

    /// Removes a cluster; its agent is refused from then on.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func removeCluster(_ name: String) async throws(HubClientError) {
        _ = try await send(.delete, Route.cluster.path(name), action: "removing cluster \(name)")
    }

    /// Makes a new one-time token for a cluster; the one before stops working.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func newToken(cluster name: String) async throws(HubClientError) -> ClusterEnrolment {
        try await post(Route.clusterToken.path(name), [:], action: "making a token for cluster \(name)")
    }

    /// Makes what installs a cluster's agent, or upgrades it.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func install(
        cluster name: String,
        _ request: InstallationRequest
    ) async throws(HubClientError) -> ClusterInstallation {
        try await post(Route.clusterInstallation.path(name), request.json, action: "installing cluster \(name)")
    }

    /// The effective values of a cluster; `revision` defaults to its desired one.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such cluster or revision.
    package func values(cluster name: String, revision: Int64? = nil) async throws(HubClientError) -> ClusterValues {
        try await get(
            Route.clusterValues.path(name, query: [("revision", revision.map(String.init))]),
            action: "reading the values of cluster \(name)"
        )
    }

    /// Where the effective values of a cluster under `path` come from.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such cluster or path.
    package func explain(_ path: String, cluster name: String) async throws(HubClientError) -> ClusterExplanation {
        try await get(
            Route.clusterExplain.path(name, query: [("path", path)]),
            action: "explaining \(path) of cluster \(name)"
        )
    }

    /// The objects of a cluster's current bundle.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such cluster or no bundle yet.
    package func objects(cluster name: String) async throws(HubClientError) -> ClusterObjects {
        try await get(Route.clusterObjects.path(name), action: "rendering cluster \(name)")
    }

    /// How the objects of a cluster are, page after page.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such cluster.
    package func objectStates(
        cluster name: String,
        _ query: ObjectQuery = ObjectQuery()
    ) async throws(HubClientError) -> [ObjectStatus] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(
                query.path(cluster: name, after: after),
                action: "reading the objects of cluster \(name)"
            )
        }
    }

    /// How the fleet stands now.
    ///
    /// - Throws: `HubClientError`.
    package func status() async throws(HubClientError) -> FleetStatus {
        try await get(Route.status.path(), action: "reading the status")
    }

    /// How the fleet stands as soon as that differs from `version`; `nil` when nothing changed within `wait`.
    ///
    /// - Throws: `HubClientError`.
    package func status(after version: String, wait: Duration) async throws(HubClientError) -> FleetStatus? {
        let seconds = max(wait.components.seconds, 0)
        let path = Route.status.path(query: [("after", version), ("wait", String(seconds))])
        let response = try await send(.get, path, waiting: .seconds(seconds), action: "waiting for the status")
        guard response.status != 304 else { return nil }
        return try decode(response, action: "waiting for the status")
    }
}
