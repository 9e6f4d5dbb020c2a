import HTTPTransport
import JSON

extension HubClient {
    /// Adds a cluster and answers with its one-time token.
    ///
    /// - Throws: `HubClientError`; `conflict` when the name is taken.
    package func addCluster(_ cluster: NewCluster) async throws(HubClientError) -> ClusterEnrolment {
        try await post(Route.clusters.path(), cluster.json, action: "adding cluster \(cluster.name)")
    }

    /// The clusters that a query lets pass, page after page; all without one.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such group or team, `malformed` for a selector that is none.
    package func clusters(_ query: ClusterQuery = ClusterQuery()) async throws(HubClientError) -> [ClusterStatus] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(query.path(after: after), action: "listing the clusters")
        }
    }

    /// One page of the clusters that a query lets pass.
    ///
    /// - Throws: as the other one.
    package func clusterPage(
        _ query: ClusterQuery = ClusterQuery(),
        after: String? = nil,
        limit: Int
    ) async throws(HubClientError) -> Page<ClusterStatus> {
        try await get(query.path(after: after, limit: limit), action: "listing the clusters")
    }

    /// Changes what is known of a cluster; a member that is `null` is taken away.
    ///
    /// - Throws: `HubClientError`; `conflict` when somebody else changed it meanwhile, `invalid` with every fault.
    package func edit(
        cluster name: String,
        _ edit: ClusterEdit
    ) async throws(HubClientError) -> ClusterEditResult {
        let action = "changing cluster \(name)"
        let path = Route.cluster.path(name, query: [("dryRun", edit.isDryRun ? "true" : nil)])
        let headers: HTTPHeaders = edit.version.map { ["If-Match": "\"\($0)\""] } ?? [:]
        return try decode(
            try await send(.patch, path, body: edit.patch, headers: headers, action: action),
            action: action
        )
    }

    /// One page of the generations that were published for a cluster, the newest first.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such cluster.
    package func generations(cluster name: String, limit: Int) async throws(HubClientError) -> [ClusterGeneration] {
        let page: Page<ClusterGeneration> = try await get(
            Route.clusterGenerations.path(name, query: [("limit", String(limit))]),
            action: "reading the generations of cluster \(name)"
        )
        return page.items
    }

    /// The groups of clusters, by name.
    ///
    /// - Throws: `HubClientError`.
    package func groups() async throws(HubClientError) -> [ClusterGroup] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(Route.groups.path(query: [("after", after)]), action: "listing the groups")
        }
    }

    /// One group with its clusters and the documents at its scope.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func group(_ name: String) async throws(HubClientError) -> ClusterGroup {
        try await get(Route.group.path(name), action: "reading group \(name)")
    }

    /// Where a team, a service, a job, a secret or an app runs, and why not elsewhere.
    ///
    /// - Throws: `HubClientError`; `notFound` when no document speaks of it.
    package func whereabouts(_ query: PlacementQuery) async throws(HubClientError) -> [PlacementEntry] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(query.path(after: after), action: "reading where \(query.subject) runs")
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
    /// `narrowing`: only what the documents of a kind, a team or a name come to.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such cluster, revision or document.
    package func values(
        cluster name: String,
        revision: Int64? = nil,
        _ narrowing: ValuesQuery = ValuesQuery()
    ) async throws(HubClientError) -> ClusterValues {
        try await get(
            Route.clusterValues.path(name, query: [("revision", revision.map(String.init))] + narrowing.items),
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
    package func status(_ query: StatusQuery = StatusQuery()) async throws(HubClientError) -> FleetStatus {
        try await get(Route.status.path(query: query.items), action: "reading the status")
    }

    /// How the fleet stands as soon as that differs from `version`; `nil` when nothing changed within `wait`.
    ///
    /// - Throws: `HubClientError`.
    package func status(
        after version: String,
        wait: Duration,
        _ query: StatusQuery = StatusQuery()
    ) async throws(HubClientError) -> FleetStatus? {
        let seconds = max(wait.components.seconds, 0)
        let path = Route.status.path(query: [("after", version), ("wait", String(seconds))] + query.items)
        let response = try await send(.get, path, waiting: .seconds(seconds), action: "waiting for the status")
        guard response.status != 304 else { return nil }
        return try decode(response, action: "waiting for the status")
    }
}
