import HTTPTransport
import JSON

extension HubClient {
    /// Has nothing applied on a cluster until it is resumed.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name, `invalid` when the reason is none.
    package func pause(cluster name: String, reason: String) async throws(HubClientError) -> ClusterStatus {
        try await put(Route.clusterHold.path(name), HoldRequest(reason: reason).json, action: "pausing cluster \(name)")
    }

    /// Has everything applied on a cluster again.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func resume(cluster name: String) async throws(HubClientError) -> ClusterStatus {
        let action = "resuming cluster \(name)"
        return try decode(try await send(.delete, Route.clusterHold.path(name), action: action), action: action)
    }

    /// Decides what is done on a cluster about objects that somebody else changed.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name, `invalid` when there is no such mode.
    package func setDriftMode(_ mode: String, cluster name: String) async throws(HubClientError) -> ClusterStatus {
        try await put(
            Route.clusterDrift.path(name),
            DriftRequest(mode: mode).json,
            action: "setting the drift mode of cluster \(name)"
        )
    }

    /// Agrees to the deletions that were shown.
    ///
    /// - Throws: `HubClientError`; `conflict` when other deletions wait by now, or none.
    package func confirm(
        _ confirmation: DeletionConfirmation,
        cluster name: String
    ) async throws(HubClientError) -> ClusterStatus {
        try await post(
            Route.clusterConfirmation.path(name),
            confirmation.json,
            action: "confirming deletions on cluster \(name)"
        )
    }

    private func put<Answer: JSONRepresentable>(
        _ path: String,
        _ body: JSONValue,
        action: String
    ) async throws(HubClientError) -> Answer {
        try decode(try await send(.put, path, body: body, action: action), action: action)
    }
}
