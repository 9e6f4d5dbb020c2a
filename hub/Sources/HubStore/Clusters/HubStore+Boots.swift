package import Concurrency
import Postgres

/// A boot that spoke before the newest one did; stored as `SECONDS ID`.
private struct EarlierBoot {
    let id: String
    /// When the one after it first spoke.
    let endedAt: UnixTime

    init(id: String, endedAt: UnixTime) {
        self.id = id
        self.endedAt = endedAt
    }

    /// Reads the stored form; one without a time counts as if it had just ended.
    init(stored: String, now: UnixTime) {
        let parts = stored.split(separator: " ", maxSplits: 1)
        if parts.count == 2, let seconds = Int64(parts[0]) {
            self.init(id: String(parts[1]), endedAt: UnixTime(seconds: seconds))
        } else {
            self.init(id: stored, endedAt: now)
        }
    }

    var stored: String { "\(endedAt.seconds) \(id)" }
}

extension HubStore {
    /// How long an earlier boot of an agent is known.
    private static let bootMemory: Duration = .seconds(86_400)
    /// How many boots an agent may have had in that time; the kubelet restarts one that ends at once about 300 times.
    private static let knownBoots = 512
    /// How often the same clone is written down.
    private static let cloneInterval: Duration = .seconds(60)

    /// Looks which run of an agent speaks, and takes a new one for its newest.
    ///
    /// A restart is no alarm: the old boot falls silent. One that signs anything after a newer one has spoken is the
    /// original of a copy, or the copy. So is an agent with more boots than any restarts bring about: many of them
    /// must not make the hub forget the original's.
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
            let now = clock()
            var earlier = try row.get("earlier_boots", as: [String].self)
                .map { EarlierBoot(stored: $0, now: now) }
                .filter { now - $0.endedAt < Self.bootMemory }
            if since != nil, earlier.count >= Self.knownBoots || earlier.contains(where: { $0.id == bootID }) {
                return try alarm(bootID, address, row, agent, on: connection)
            }
            if newest != bootID { earlier.append(EarlierBoot(id: newest, endedAt: now)) }
            let boots = earlier.map(\.stored)
            // An agent's clock may be ahead, or be said to be: what others sign until then would count as late.
            let start = min(signedAt, now)
            try connection.query(
                """
                UPDATE agents SET boot_id = \(bootID), boot_since = \(start), boot_address = \(address ?? ""),
                    earlier_boots = \(boots)
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
