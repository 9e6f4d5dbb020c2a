package import Concurrency
import Postgres

extension HubStore {
    /// How many earlier boots of an agent are known.
    private static let knownBoots = 16
    /// How often the same clone is written down.
    private static let cloneInterval: Duration = .seconds(60)

    /// Looks which run of an agent speaks, and takes a new one for its newest.
    ///
    /// A restart is no alarm: the old boot falls silent. One that signs anything after a newer one has spoken is the
    /// original of a copy, or the copy.
    ///
    /// - Parameters:
    ///   - bootID: what the request was signed for.
    ///   - signedAt: when it was signed, by the agent's clock; a late word of an earlier boot was signed before.
    ///   - address: where it came from.
    ///   - agent: whose key signed it.
    /// - Returns: whether another boot was expected.
    /// - Throws: `StoreError`.
    package func note(
        boot bootID: String,
        signedAt: UnixTime,
        address: String?,
        of agent: AgentIdentity
    ) async throws -> BootStanding {
        try await write(
            "store.agent.boot",
            "the boot of cluster '\(agent.cluster)' was not stored",
            audit: .notAudited("an agent's boot; what is wrong with it is a security event")
        ) { connection in
            let row = try connection.query(
                """
                SELECT a.boot_id, a.boot_since, a.boot_address, a.earlier_boots, a.clone_at, a.clone_boot_id,
                    coalesce(c.quarantines_clones, \(agentPolicy.quarantinesClones)) AS quarantines
                FROM agents a JOIN clusters c ON c.id = a.cluster_id WHERE a.cluster_id = \(agent.clusterID)
                FOR UPDATE OF a
                """
            ).first
            guard let row else { return .expected }
            let since = try row.get("boot_since", as: UnixTime?.self)
            let newest: String = try row.get("boot_id")
            if since != nil, newest == bootID { return .expected }
            // What was signed before the newest boot spoke is only late.
            if let since, signedAt <= since { return .expected }
            if since != nil, try row.get("earlier_boots", as: [String].self).contains(bootID) {
                return try alarm(bootID, address, row, agent, on: connection)
            }
            try connection.query(
                """
                UPDATE agents SET boot_id = \(bootID), boot_since = \(signedAt), boot_address = \(address ?? ""),
                    earlier_boots = CASE WHEN boot_id = \(bootID) THEN earlier_boots
                        ELSE (earlier_boots || boot_id)[greatest(cardinality(earlier_boots) - \(unsafe: "\(Self.knownBoots - 2)"), 1):]
                        END
                WHERE cluster_id = \(agent.clusterID)
                """
            )
            return .expected
        }
    }

    private func alarm(
        _ bootID: String,
        _ address: String?,
        _ row: PostgresRow,
        _ agent: AgentIdentity,
        on connection: isolated PostgresConnection
    ) throws -> BootStanding {
        let now = clock()
        let isQuarantined: Bool = try row.get("quarantines")
        if let last = try row.get("clone_at", as: UnixTime?.self), now - last < Self.cloneInterval,
            try row.get("clone_boot_id", as: String?.self) == bootID
        {
            return .clone(isQuarantined: isQuarantined)
        }
        let clone = ClusterAdmission.Clone(
            at: now,
            olderBootID: bootID,
            olderAddress: address ?? "",
            newerBootID: try row.get("boot_id"),
            newerAddress: try row.get("boot_address")
        )
        try connection.query(
            """
            UPDATE agents SET clone_at = \(now), clone_boot_id = \(bootID), clone_address = \(clone.olderAddress)
            WHERE cluster_id = \(agent.clusterID)
            """
        )
        if isQuarantined {
            try connection.query(
                "UPDATE clusters SET quarantined_at = coalesce(quarantined_at, \(now)) WHERE id = \(agent.clusterID)"
            )
        }
        try connection.query("SELECT pg_notify(\(Channel.cluster), \(agent.clusterID))")
        try insert(
            SecurityEvent(
                .cloneSuspected,
                subject: agent.cluster,
                clusterID: agent.clusterID,
                address: address,
                detail: clone.sentence
            ),
            on: connection
        )
        return .clone(isQuarantined: isQuarantined)
    }
}
