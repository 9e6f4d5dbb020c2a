import HTTPTransport
import JSON
package import Values

extension HubClient {
    /// The latest rollouts, newest first, at most `limit`.
    ///
    /// - Throws: `HubClientError`.
    package func rollouts(limit: Int) async throws(HubClientError) -> [RolloutSummary] {
        var result: [RolloutSummary] = []
        var before: String?
        repeat {
            let count = min(limit - result.count, 200)
            let path = Route.rollouts.path(query: [("before", before), ("limit", String(count))])
            let page: Page<RolloutSummary> = try await get(path, action: "reading the rollouts")
            guard !page.items.isEmpty else { break }
            result += page.items
            before = page.next
        } while before != nil && result.count < limit
        return Array(result.prefix(limit))
    }

    /// One rollout with every one of its clusters, or those that stand in `state`.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that number.
    package func rollout(
        _ number: Int64,
        state: String? = nil
    ) async throws(HubClientError) -> (rollout: RolloutSummary, clusters: [RolloutCluster]) {
        var summary: RolloutSummary?
        var clusters: [RolloutCluster] = []
        var after: String?
        repeat {
            let path = Route.rollout.path(String(number), query: [("after", after), ("state", state)])
            let detail: RolloutDetail = try await get(path, action: "reading rollout \(number)")
            summary = detail.rollout
            clusters += detail.clusters.items
            guard detail.clusters.next != after, !detail.clusters.items.isEmpty else { break }
            after = detail.clusters.next
        } while after != nil
        guard let summary else { throw HubClientError(.unexpected, "reading rollout \(number): no answer") }
        return (summary, clusters)
    }

    /// Begins a rollout.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no such revision, cluster or group.
    package func startRollout(_ request: RolloutRequest) async throws(HubClientError) -> RolloutSummary {
        try await post(Route.rollouts.path(), request.json, action: "starting the rollout")
    }

    /// Has a rollout do something: `pause`, `resume`, `abort`, `promote` or `return`.
    ///
    /// - Throws: `HubClientError`; `conflict` when it cannot in its state.
    package func steer(rollout number: Int64, _ action: String) async throws(HubClientError) -> RolloutSummary {
        try await post(
            Route.rolloutAction.path(String(number)),
            RolloutSteering(action: action).json,
            action: "steering rollout \(number)"
        )
    }

    /// How the clusters of a commit are moved.
    ///
    /// - Throws: `HubClientError`.
    package func rolloutPolicy() async throws(HubClientError) -> RolloutPolicy {
        try await get(Route.rolloutPolicy.path(), action: "reading the rollout policy")
    }

    /// Decides how the clusters of later commits are moved.
    ///
    /// - Throws: `HubClientError`.
    package func setRolloutPolicy(_ strategy: RolloutStrategy) async throws(HubClientError) -> RolloutPolicy {
        let action = "setting the rollout policy"
        let response = try await send(.put, Route.rolloutPolicy.path(), body: strategy.json, action: action)
        return try decode(response, action: action)
    }
}
