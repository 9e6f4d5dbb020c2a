import Concurrency
import JSON
import Postgres
import Values

extension Rollout {
    static let columns: SQL = """
        number, revision, scope, cause, author, message, strategy, created_at, state, wave, wave_count, phase,
        phase_since, reason, unaffected, superseded_by, finished_at
        """

    init(row: PostgresRow) throws {
        let number: Int64 = try row.get("number")
        let scope: RolloutScope
        let strategy: RolloutStrategy
        do throws(JSONError) {
            scope = try RolloutScope(json: Self.json(row, "scope"))
            strategy = try RolloutStrategy(json: Self.json(row, "strategy"))
        } catch { throw StoreError(.internal, "rollout \(number) cannot be read: \(error)") }
        self.init(
            number: number,
            revision: try row.get("revision"),
            scope: scope,
            cause: Cause(rawValue: try row.get("cause")) ?? .request,
            author: try row.get("author"),
            message: try row.get("message"),
            strategy: strategy,
            createdAt: try row.get("created_at")
        )
        let stateName: String = try row.get("state")
        guard let state = State(rawValue: stateName) else {
            throw StoreError(.internal, "rollout \(number) is in the unknown state '\(stateName)'")
        }
        self.state = state
        wave = try row.get("wave")
        waveCount = try row.get("wave_count")
        phase = Phase(rawValue: try row.get("phase")) ?? .applying
        phaseSince = try row.get("phase_since")
        reason = try row.get("reason")
        unaffected = try row.get("unaffected")
        supersededBy = try row.get("superseded_by")
        finishedAt = try row.get("finished_at")
    }

    private static func json(_ row: PostgresRow, _ column: String) throws(JSONError) -> JSONValue {
        do throws(PostgresError) { return try row.get(column) } catch {
            throw JSONError(error.message, at: JSONPointer([column]))
        }
    }
}

extension RolloutPlace {
    static let columns: SQL = """
        p.cluster_id, c.name, p.wave, p.state AS place, p.from_revision, p.since, p.moved_at, p.had_trouble, p.reason
        """

    /// `nil` for a cluster without a place.
    init?(row: PostgresRow) throws {
        guard let id = try row.get("cluster_id", as: String?.self) else { return nil }
        self.init(
            clusterID: id,
            cluster: try row.get("name"),
            wave: try row.get("wave"),
            state: State(rawValue: try row.get("place")) ?? .waiting,
            from: try row.get("from_revision"),
            since: try row.get("since"),
            movedAt: try row.get("moved_at"),
            hadTrouble: try row.get("had_trouble"),
            reason: try row.get("reason")
        )
    }
}

extension RolloutFacts {
    /// The first thing that is wrong is read only where something is.
    ///
    /// `w` is the row of a cluster that recovery restrains.
    static let columns: SQL = """
        c.id, c.name, c.desired_revision, c.published_revision, c.generation, c.revoked_at, c.quarantined_at,
        c.hold_reason, a.enrolled_at, s.last_seen, r.generation AS report_generation, r.state, r.state_since,
        r.received_at, coalesce(r.body ? 'hold', false) AS is_held,
        coalesce(r.body ? 'pendingDeletions', false) AS has_deletions,
        coalesce(r.body ? 'trustError', false) AS is_refused,
        CASE WHEN r.state IN ('degraded', 'outOfSync') THEN coalesce(
            r.body #>> '{trustError,message}',
            nullif(concat_ws(' ', r.body #>> '{notReady,0,kind}', concat_ws('/', r.body #>> '{notReady,0,namespace}',
                r.body #>> '{notReady,0,name}'), r.body #>> '{notReady,0,reason}', r.body #>> '{notReady,0,message}'), ''),
            (SELECT concat_ws(': ', l ->> 'name', l ->> 'message') FROM jsonb_array_elements(r.body -> 'layers') l
                WHERE coalesce(l ->> 'message', '') <> '' LIMIT 1)
        ) END AS trouble, w.state AS restraint
        """

    init(row: PostgresRow) throws {
        var report: Report?
        if let state = try row.get("state", as: String?.self) {
            report = Report(
                generation: try row.get("report_generation"),
                state: state,
                stateSince: try row.get("state_since"),
                receivedAt: try row.get("received_at"),
                isHeld: try row.get("is_held"),
                hasPendingDeletions: try row.get("has_deletions"),
                isRefused: try row.get("is_refused"),
                trouble: try row.get("trouble", as: String?.self).map { String($0.prefix(300)) }
            )
        }
        let revokedAt = try row.get("revoked_at", as: UnixTime?.self)
        let quarantinedAt = try row.get("quarantined_at", as: UnixTime?.self)
        self.init(
            clusterID: try row.get("id"),
            cluster: try row.get("name"),
            desiredRevision: try row.get("desired_revision"),
            publishedRevision: try row.get("published_revision"),
            generation: try row.get("generation"),
            enrolledAt: try row.get("enrolled_at"),
            lastSeen: try row.get("last_seen"),
            isShutOut: revokedAt != nil || quarantinedAt != nil,
            restraint: try row.get("restraint", as: String?.self).map(Self.restraint),
            hold: try row.get("hold_reason"),
            report: report,
            laterRollout: try row.get("later_rollout")
        )
    }

    private static func restraint(_ state: String) -> String {
        state == RestrainedCluster.State.ahead.rawValue
            ? "recovery issues nothing to it: its agent has seen more than the restored database knows"
            : "recovery issues nothing to it: its agent was not heard since the database was restored"
    }
}
