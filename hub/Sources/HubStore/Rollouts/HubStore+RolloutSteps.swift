package import Concurrency
import JSON
import Postgres
import Values

/// How rollouts begin and move on: each in one transaction that holds the rollout's row.
extension HubStore {
    /// How many rollouts keep where each cluster stood; of older ones only the outcome is kept.
    static let keptPlaces: Int64 = 50

    /// Begins a rollout that somebody asks for.
    ///
    /// One for the whole fleet supersedes every unfinished one; another takes its clusters over when it is planned.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is no such revision.
    package func beginRollout(_ new: NewRollout) async throws -> Rollout {
        let now = clock()
        let audit = AuditPlan<(Rollout, superseded: [Int64])> { begun in
            let entry = AuditEntry(.startRollout, "rollout \(begun.0.number)", detail: begun.0.beginning)
            return [entry] + Self.supersession(of: begun.superseded, by: begun.0.number)
        }
        return try await write("store.rollout.begin", "the rollout was not begun", audit: audit) { connection in
            try connection.query("SELECT pg_advisory_xact_lock(\(Self.commitLock))")
            let revision = try connection.query("SELECT number FROM revisions WHERE number = \(new.revision)").first
            guard revision != nil else {
                throw StoreError(.notFound, "revision \(new.revision) does not exist")
            }
            let answers = try connection.pipeline(
                Self.beginning(new, .request, now: now) + ["SELECT pg_notify(\(Channel.revision), '')"]
            )
            let number: Int64 = try answers[0][0].get("number")
            return (try rollout(number, on: connection), try Self.numbers(answers[1]))
        }.0
    }

    /// What begins a rollout under the lock of commits: the first answers with its number, the second with those of
    /// the ones that it supersedes.
    ///
    /// A commit whose policy asks for no gate has its clusters moved here and now.
    static func beginning(_ new: NewRollout, _ cause: Rollout.Cause, now: UnixTime) -> [SQL] {
        let isDone = cause == .commit && new.strategy.kind == .atOnce
        let state: Rollout.State = isDone ? .completed : .planned
        let finishedAt: UnixTime? = isDone ? now : nil
        let isFleet = new.scope == .fleet
        return [
            """
            INSERT INTO rollouts (number, revision, scope, cause, author, message, strategy, created_at, state,
                phase_since, finished_at, is_open)
            SELECT coalesce(max(number), 0) + 1, \(new.revision), \(new.scope.json), \(cause.rawValue), \(new.author),
                \(new.message), \(new.strategy.json), \(now), \(state.rawValue), \(now), \(finishedAt), \(!isDone)
            FROM rollouts RETURNING number
            """,
            """
            UPDATE rollouts SET state = 'superseded', is_open = false, finished_at = \(now),
                superseded_by = (SELECT max(number) FROM rollouts)
            WHERE \(isFleet) AND finished_at IS NULL AND number < (SELECT max(number) FROM rollouts) RETURNING number
            """,
            // What a finished one would still do for late clusters, the new one does.
            """
            UPDATE rollouts SET is_open = false
            WHERE \(isFleet) AND is_open AND finished_at IS NOT NULL AND number < (SELECT max(number) FROM rollouts)
            """,
        ] + (isDone ? ["UPDATE clusters SET desired_revision = \(new.revision)"] : [])
    }

    static func numbers(_ rows: PostgresRows) throws -> [Int64] {
        try rows.map { row throws(PostgresError) in try row.get("number") }
    }

    static func supersession(of numbers: [Int64], by number: Int64) -> [AuditEntry] {
        numbers.map { AuditEntry(named: "supersedeRollout", "rollout \($0)", detail: "by rollout \(number)").by(.hub) }
    }

    /// Keeps unfinished rollouts as they are until the transaction's end, so that none ends without a cluster that is
    /// being added.
    static let holdingRollouts: SQL = "SELECT number FROM rollouts WHERE finished_at IS NULL FOR SHARE"

    /// What a new cluster is to run: the revision of the last rollout of the whole fleet that went well.
    ///
    /// An unfinished one moves the cluster on like any other, and one that was halted keeps its revision from it.
    static let startingRevision: SQL = """
        coalesce((SELECT revision FROM rollouts WHERE state = 'completed' AND scope = '{}'
            ORDER BY number DESC LIMIT 1), (SELECT max(number) FROM revisions), 0)
        """

    /// Changes a rollout by what is known of its clusters, all or nothing.
    ///
    /// Its row is held, so that no two replicas change one at once.
    ///
    /// - Parameters:
    ///   - number: which one.
    ///   - isPatient: whether to wait for another that holds it; else there is nothing to do here then.
    ///   - decide: looks at it, its places and its clusters, and at when anybody's agent was last heard of; `nil` changes
    ///     nothing.
    /// - Returns: it, as it is now; `nil` when another holds it, or it needs no step any more.
    /// - Throws: `StoreError.Code.notFound`; what `decide` throws.
    @discardableResult
    package func changeRollout(
        _ number: Int64,
        isPatient: Bool = false,
        _ decide: @Sendable (Rollout, [RolloutPlace], [RolloutFacts], _ heardAt: UnixTime?) throws -> RolloutChange?
    ) async throws -> Rollout? {
        let audit = AuditPlan<(Rollout?, [AuditEntry])> { $0.1 }
        let failure = "rollout \(number) was not moved on"
        return try await write("store.rollout.change", failure, audit: audit) { connection in
            // Since it was found open a later one may have closed it.
            let condition: SQL = isPatient ? "FOR UPDATE" : "AND is_open FOR UPDATE SKIP LOCKED"
            let held = try connection.query(
                "SELECT \(Rollout.columns) FROM rollouts WHERE number = \(number) \(condition)"
            ).first
            guard let held else {
                if isPatient { throw StoreError(.notFound, "rollout \(number) does not exist") }
                return (nil, [])
            }
            let rollout = try Rollout(row: held)
            let (places, facts) = try standing(of: rollout, on: connection)
            let heardAt = try Self.heardAt(on: connection)
            guard let change = try decide(rollout, places, facts, heardAt) else { return (rollout, []) }
            try write(change, on: connection)
            try emit(change.events, on: connection)
            return (change.rollout, change.entries)
        }.0
    }

    /// Every cluster that the rollout is, or may come to be, about: with its place, and what is known of it.
    private func standing(
        of rollout: Rollout,
        on connection: isolated PostgresConnection
    ) throws -> ([RolloutPlace], [RolloutFacts]) {
        let isWide = rollout.scope == .fleet || rollout.state == .planned
        let rows = try connection.query(
            """
            SELECT \(RolloutFacts.columns), \(RolloutPlace.columns),
                (SELECT max(q.rollout) FROM rollout_clusters q
                    WHERE q.cluster_id = c.id AND q.rollout > \(rollout.number)) AS later_rollout
            FROM clusters c
            LEFT JOIN rollout_clusters p ON p.cluster_id = c.id AND p.rollout = \(rollout.number)
            LEFT JOIN agents a ON a.cluster_id = c.id LEFT JOIN agent_sightings s ON s.cluster_id = c.id
            LEFT JOIN cluster_reports r ON r.cluster_id = c.id
            LEFT JOIN restrained_clusters w ON w.cluster_id = c.id AND \(Self.restrains)
            WHERE \(isWide) OR p.cluster_id IS NOT NULL
            ORDER BY c.name
            """
        )
        return (try rows.compactMap(RolloutPlace.init(row:)), try rows.map(RolloutFacts.init(row:)))
    }

    /// When any agent was last heard of, by any replica; `nil` where none has enrolled.
    private static func heardAt(on connection: isolated PostgresConnection) throws -> UnixTime? {
        try connection.query(
            """
            SELECT max(greatest(a.enrolled_at, s.last_seen)) AS heard_at
            FROM agents a LEFT JOIN agent_sightings s ON s.cluster_id = a.cluster_id
            """
        ).first?.get("heard_at")
    }

    private func write(_ change: RolloutChange, on connection: isolated PostgresConnection) throws {
        let rollout = change.rollout
        var batch: [SQL] = [
            """
            UPDATE rollouts SET state = \(rollout.state.rawValue), wave = \(rollout.wave),
                wave_count = \(rollout.waveCount), phase = \(rollout.phase.rawValue),
                phase_since = \(rollout.phaseSince), reason = \(rollout.reason), unaffected = \(rollout.unaffected),
                superseded_by = \(rollout.supersededBy), finished_at = \(rollout.finishedAt), is_open = \(change.isOpen)
            WHERE number = \(rollout.number)
            """
        ]
        if !change.places.isEmpty { batch.append(Self.placing(change.places, in: rollout.number)) }
        if !change.moves.isEmpty {
            // One order for everyone, so that two cannot wait for each other.
            let ids = change.moves.keys.sorted()
            // A later rollout may have planned a cluster since the facts were read: then it is that one's.
            let revisions = ids.compactMap { change.moves[$0] }
            batch += [
                "SELECT id FROM clusters WHERE id = ANY (\(ids)) ORDER BY id FOR NO KEY UPDATE",
                """
                UPDATE clusters c SET desired_revision = t.revision
                FROM unnest(\(ids), \(revisions)) AS t (id, revision)
                WHERE c.id = t.id AND NOT EXISTS
                    (SELECT FROM rollout_clusters q WHERE q.cluster_id = c.id AND q.rollout > \(rollout.number))
                """,
                "SELECT pg_notify(\(Channel.revision), '')",
            ]
        }
        // Whoever shows the fleet shows where it stands.
        batch.append("SELECT pg_notify(\(Channel.rollout), \(String(rollout.number)))")
        batch.append(
            """
            DELETE FROM rollout_clusters p USING rollouts o
            WHERE o.number = p.rollout AND p.rollout <= \(rollout.number - Self.keptPlaces)
                AND o.finished_at IS NOT NULL AND NOT o.is_open
            """
        )
        try connection.pipeline(batch)
    }

    private static func placing(_ places: [RolloutPlace], in number: Int64) -> SQL {
        let ids = places.map(\.clusterID)
        let waves = places.map { Int64($0.wave) }
        let states = places.map(\.state.rawValue)
        let from = places.map(\.from)
        let since = places.map(\.since)
        // No array of ours holds NULL.
        let never = UnixTime(seconds: 0)
        let moved = places.map { $0.movedAt ?? never }
        let troubled = places.map { Int64($0.hadTrouble ? 1 : 0) }
        let reasons = places.map { $0.reason ?? "" }
        return """
            INSERT INTO rollout_clusters (rollout, cluster_id, wave, state, from_revision, since, moved_at, had_trouble,
                reason)
            SELECT \(number), t.id, t.wave, t.state, t.revision, t.since, nullif(t.moved, \(never)), t.troubled = 1,
                nullif(t.reason, '')
            FROM unnest(\(ids), \(waves), \(states), \(from), \(since), \(moved), \(troubled), \(reasons))
                AS t (id, wave, state, revision, since, moved, troubled, reason)
            JOIN clusters c ON c.id = t.id
            ON CONFLICT (rollout, cluster_id) DO UPDATE SET wave = excluded.wave, state = excluded.state,
                since = excluded.since, moved_at = excluded.moved_at, had_trouble = excluded.had_trouble,
                reason = excluded.reason
            """
    }
}

extension Rollout {
    /// What it set out to do, for the audit log.
    fileprivate var beginning: String { "to revision \(revision), \(strategy.title): \(message)" }
}
