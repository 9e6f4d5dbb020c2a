import Concurrency
import JSON
import Postgres
import Values

extension HubStore {
    /// Commits take turns on this advisory lock, so that a higher number is always a later commit.
    static let commitLock: Int64 = 0x6F74_6F6D_695F_636D

    /// Makes one revision of a change to the values.
    ///
    /// Documents that are equal to what is stored are left alone; when all are, no revision is made. The rollout that
    /// moves the clusters begins in the same transaction; without gates it is over in it, too.
    ///
    /// - Throws: `StoreError.Code.conflict` with both versions, when a document that it touches has changed since its base;
    ///   `.invalid` for a document named twice or a secret's marker that refers to nothing; `.stale` when it was checked
    ///   against an older revision than the latest.
    package func commit(_ commit: Commit) async throws -> CommitResult {
        let now = clock()
        let audit = AuditPlan<Written> { $0.entries }
        return try await write("store.commit", "the commit was not made", audit: audit) { connection in
            try write(commit, now: now, on: connection)
        }.result
    }

    /// Commits documents and adds the clusters that do not exist yet, in one transaction.
    ///
    /// A cluster that exists is left as it is. The new ones are pending: each needs a token (`issueToken`).
    ///
    /// - Throws: as `commit`.
    package func importDocuments(_ commit: Commit, clusters: [NewCluster]) async throws -> ImportResult {
        let now = clock()
        let audit = AuditPlan<(ImportResult, entries: [AuditEntry])> { $0.entries }
        return try await write("store.import", "the import was not made", audit: audit) { connection in
            // The clusters come after the commit, so that their desired revision is the new one.
            let written = try write(commit, now: now, on: connection)
            guard !commit.isDryRun else { return (ImportResult(commit: written.result, added: []), []) }
            var added: [ClusterRecord] = []
            for cluster in clusters {
                guard let id = try insert(cluster, now: now, on: connection) else { continue }
                added.append(try clusterRecord("c.id = \(id)", on: connection).orNotFound("cluster '\(cluster.name)'"))
            }
            let entries = added.map { AuditEntry(.addCluster, "cluster \($0.name)", after: $0.auditedForm) }
            return (ImportResult(commit: written.result, added: added), written.entries + entries)
        }.0
    }

    /// What a commit came to, and what the audit log tells of it.
    private struct Written {
        let result: CommitResult
        let entries: [AuditEntry]
    }

    private func write(
        _ commit: Commit,
        now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws -> Written {
        let teams = actor.teams
        let change = try CommitPlan.Touched(commit)
        let (latest, current) = try lockAndRead(change, base: commit.base, on: connection)
        if let checkedAt = commit.checkedAt, checkedAt != latest {
            throw StoreError(
                .stale,
                "revision \(latest) came while the change was checked against \(checkedAt): check and commit again"
            )
        }
        // No data key is a team's.
        try connection.pipeline(TeamRows.unbind(teams))
        let cipher = try cipher.held(on: connection)
        try connection.pipeline(TeamRows.bind(to: teams))
        let plan = try plan(commit, latest: latest, current: current, cipher: cipher, on: connection)
        guard !plan.changes.isEmpty, !commit.isDryRun else {
            let result = CommitResult(
                revision: latest,
                changed: plan.changes,
                unchanged: plan.unchanged,
                isCreated: false
            )
            return Written(result: result, entries: try finish(commit, revision: latest, on: connection))
        }
        try connection.pipeline(TeamRows.unbind(teams))
        let number = try latestPassingLost(after: latest, on: connection) + 1
        try carryOut(plan, of: commit, as: number, now: now, on: connection)
        let begun = try beginRollout(of: commit, to: number, now: now, on: connection)
        let event = FleetEvent.created(
            revision: number,
            author: commit.author,
            message: commit.message,
            changes: plan.changes
        )
        try insert([(event, actor)], on: connection)
        return Written(
            result: CommitResult(
                revision: number,
                changed: plan.changes,
                unchanged: plan.unchanged,
                isCreated: true,
                rollout: begun.rollout
            ),
            entries: plan.auditEntries(revision: number, current: current) + begun.entries
                + (try finish(commit, revision: number, on: connection))
        )
    }

    /// Writes the revision `number` and the forms of its documents.
    private func carryOut(
        _ plan: CommitPlan,
        of commit: Commit,
        as number: Int64,
        now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws {
        let teams = actor.teams
        let closed = plan.closed.columns
        let opened = plan.opened.map(\.id).columns
        let specs = plan.opened.map(\.spec.json)
        // Only documents are a team's: a team's people change no others, whatever the plan says.
        let numbering: SQL = """
            INSERT INTO revisions (number, author, message, committed_at, change_count)
            VALUES (\(number), \(commit.author), \(commit.message), \(now), \(plan.changes.count)::bigint)
            """
        let changing: [SQL] = [
            """
            UPDATE documents d SET valid_to = \(number)
            FROM unnest(\(closed.kinds), \(closed.scopes), \(closed.teams), \(closed.names)) AS t (kind, scope, team, name)
            WHERE (d.kind, d.scope, d.team, d.name) = (t.kind, t.scope, t.team, t.name) AND d.valid_to IS NULL
            """,
            """
            INSERT INTO documents (kind, scope, team, name, spec, valid_from)
            SELECT kind, scope, team, name, spec, \(number)
            FROM unnest(\(opened.kinds), \(opened.scopes), \(opened.teams), \(opened.names), \(specs))
                AS t (kind, scope, team, name, spec)
            """,
        ]
        try connection.pipeline(
            TeamRows.unbind(teams) + [numbering] + TeamRows.bind(to: teams) + changing + TeamRows.unbind(teams)
        )
    }

    /// Begins the rollout that brings a commit's revision to the clusters.
    private func beginRollout(
        of commit: Commit,
        to revision: Int64,
        now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws -> (rollout: Int64, entries: [AuditEntry]) {
        let new = NewRollout(
            revision: revision,
            scope: .fleet,
            strategy: commit.movement == .atOnce ? .atOnce : try policy(on: connection).strategy,
            author: commit.author,
            message: commit.message
        )
        let answers = try connection.pipeline(
            Self.beginning(new, .commit, now: now)
                + ["SELECT pg_notify(\(Channel.revision), \(String(revision)))"]
        )
        let number: Int64 = try answers[0][0].get("number")
        return (number, Self.supersession(of: try Self.numbers(answers[1]), by: number))
    }

    /// Waits for this commit's turn, then reads what it is up against.
    private func lockAndRead(
        _ touched: CommitPlan.Touched,
        base: Int64?,
        on connection: isolated PostgresConnection
    ) throws -> (latest: Int64, current: [DocumentID: CommitPlan.Current]) {
        let ids = touched.ids.columns
        let teams = actor.teams
        let numbering = try connection.pipeline(
            TeamRows.unbind(teams) + [
                "SELECT pg_advisory_xact_lock(\(Self.commitLock))",
                "SELECT coalesce(max(number), 0) AS latest FROM revisions",
            ]
        )
        let answers = try connection.pipeline(
            TeamRows.bind(to: teams) + [
                """
                SELECT DISTINCT ON (d.kind, d.scope, d.team, d.name)
                    d.kind, d.scope, d.team, d.name, d.spec, d.valid_from, d.valid_to, r.author
                FROM unnest(\(ids.kinds), \(ids.scopes), \(ids.teams), \(ids.names)) AS t (kind, scope, team, name)
                JOIN documents d USING (kind, scope, team, name)
                JOIN revisions r ON r.number = d.valid_from
                ORDER BY d.kind, d.scope, d.team, d.name, d.valid_from DESC
                """
            ]
        )
        var current: [DocumentID: CommitPlan.Current] = [:]
        for row in answers[answers.count - 1] {
            current[try row.documentID()] = CommitPlan.Current(
                spec: SealedSpec(json: try row.get("spec")),
                validFrom: try row.get("valid_from"),
                validTo: try row.get("valid_to"),
                author: try row.get("author")
            )
        }
        return (try numbering[numbering.count - 1][0].get("latest"), current)
    }
}

extension Collection<DocumentID> {
    /// The ids as parallel arrays, for `unnest`.
    var columns: (kinds: [String], scopes: [String], teams: [String], names: [String]) {
        (map(\.kind.rawValue), map(\.scope.description), map { $0.team ?? "" }, map(\.name))
    }
}

extension PostgresRow {
    /// The id in the columns `kind`, `scope`, `team` and `name`.
    func documentID() throws -> DocumentID {
        let kind: String = try get("kind")
        let scope: String = try get("scope")
        let team: String = try get("team")
        guard let kind = Kind(rawValue: kind), let scope = Scope(scope) else {
            throw StoreError(.internal, "a stored document has the unknown kind '\(kind)' or scope '\(scope)'")
        }
        return DocumentID(kind: kind, scope: scope, team: team.isEmpty ? nil : team, name: try get("name"))
    }
}
