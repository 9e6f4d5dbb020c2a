package import JSON

extension HubClient {
    /// How far a restored database is behind its fleet.
    ///
    /// - Throws: `HubClientError`.
    package func recovery() async throws(HubClientError) -> RecoveryStatus {
        try await get(Route.recovery.path(), action: "reading the recovery")
    }

    /// Every cluster that is restrained, page after page.
    ///
    /// - Throws: `HubClientError`.
    package func recoveryClusters() async throws(HubClientError) -> [RecoveryCluster] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(
                Route.recoveryClusters.path(query: [("after", after)]),
                action: "listing the clusters in recovery"
            )
        }
    }

    /// Takes the database for restored.
    ///
    /// - Throws: `HubClientError`; `conflict` when a recovery is open already.
    package func beginRecovery(reason: String) async throws(HubClientError) -> RecoveryStatus {
        try await post(
            Route.recovery.path(),
            RecoveryBeginning(reason: reason).json,
            action: "beginning the recovery"
        )
    }

    /// Issues to every cluster again, above what its agent has seen.
    ///
    /// - Throws: `HubClientError`; `conflict` when there is nothing to finish.
    package func finishRecovery() async throws(HubClientError) -> RecoveryResult {
        try await post(Route.recoveryFinish.path(), [:], action: "finishing the recovery")
    }

    /// Decides about one cluster that is ahead.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name, `conflict` when it does not wait.
    package func decide(
        _ decision: String,
        recoveryOf name: String
    ) async throws(HubClientError) -> RecoveryCluster {
        try await post(
            Route.recoveryCluster.path(name),
            RecoveryDecision(decision: decision).json,
            action: "deciding about cluster \(name)"
        )
    }

    /// Gives the hub a root of trust that its database lost.
    ///
    /// - Throws: `HubClientError`; `invalid` when it does not follow from the newest one.
    package func addLostRoot(_ file: JSONValue) async throws(HubClientError) -> RecoveryStatus {
        try await post(Route.recoveryRoots.path(), LostRoot(file: file).json, action: "giving the hub a root")
    }
}
