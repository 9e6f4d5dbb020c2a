import Concurrency
import JSON
import Postgres
package import Values

extension HubStore {
    /// Notes what became of a commit that somebody pushed, and of those that it put right.
    ///
    /// The same again changes nothing.
    ///
    /// - Returns: false when the mirror is another's by now: then nothing was noted.
    /// - Throws: `StoreError`.
    package func noteGitPush(_ epoch: Int64, _ push: GitPush, correcting commits: [String] = []) async throws -> Bool {
        try await write(
            "store.git.push",
            "the push \(push.commit) was not noted",
            audit: .notAudited("the revision that it became is audited")
        ) { connection in
            guard try !connection.query("SELECT 1 FROM git_mirrors WHERE epoch = \(epoch) FOR UPDATE").isEmpty else {
                return false
            }
            let message = String(push.message.prefix(4_000))
            let written = try connection.query(
                """
                INSERT INTO git_pushes (commit_id, author_name, author_email, message, committed_at, seen_at, state,
                    revision, problem)
                VALUES (\(push.commit), \(String(push.authorName.prefix(200))), \(String(push.authorEmail.prefix(200))),
                    \(message), \(push.committedAt), \(push.seenAt), \(push.state.rawValue), \(push.revision),
                    \(push.problem))
                ON CONFLICT (commit_id) DO UPDATE SET state = EXCLUDED.state,
                    revision = coalesce(git_pushes.revision, EXCLUDED.revision), problem = EXCLUDED.problem
                    WHERE (git_pushes.state, git_pushes.problem)
                        IS DISTINCT FROM (EXCLUDED.state, EXCLUDED.problem)
                RETURNING 1
                """
            )
            if !commits.isEmpty {
                try connection.query(
                    """
                    UPDATE git_pushes SET state = 'corrected', corrected_by = \(push.commit)
                    WHERE commit_id = ANY(\(commits)) AND state = 'refused'
                    """
                )
            }
            if !written.isEmpty {
                let event = FleetEvent(
                    "git.push-\(push.state.rawValue)",
                    "commit \(push.commit)",
                    revision: push.revision,
                    data: ["author": .string(String("\(push.authorName) <\(push.authorEmail)>".prefix(400)))]
                )
                try emit([event], on: connection)
            }
            return true
        }
    }

    /// What was pushed, the newest first.
    ///
    /// `before`: only those below this number; the last one's number gives the next page.
    ///
    /// - Throws: `StoreError`.
    package func gitPushes(before: Int64? = nil, limit: Int = 50) async throws -> [GitPush] {
        let bound = before ?? .max
        let limit = max(1, min(limit, 500))
        return try await read("the pushes cannot be read") { connection in
            try connection.query(
                "SELECT * FROM git_pushes WHERE number < \(bound) ORDER BY number DESC LIMIT \(limit)"
            ).map(GitPush.init(row:))
        }
    }

    /// What became of one commit, by its id or the beginning of it.
    ///
    /// - Throws: `StoreError.Code.notFound` when nobody pushed such a commit, `.invalid` when several begin so.
    package func gitPush(_ commit: String) async throws -> GitPush {
        guard (4...40).contains(commit.utf8.count), commit.allSatisfy(\.isHexDigit) else {
            throw StoreError(.notFound, "'\(commit.prefix(50))' is no commit")
        }
        let found = try await read("the push \(commit) cannot be read") { connection in
            try connection.query(
                "SELECT * FROM git_pushes WHERE commit_id LIKE \(commit.lowercased() + "%") LIMIT 2"
            ).map(GitPush.init(row:))
        }
        guard found.count < 2 else {
            throw StoreError(.invalid, "several commits begin with '\(commit)': give more of it")
        }
        return try found.first.orNotFound("a push of commit '\(commit)'")
    }

    /// Which revisions above `revision` came from pushes, and from which commits.
    ///
    /// - Throws: `StoreError`.
    package func takenGitRevisions(after revision: Int64) async throws -> [Int64: String] {
        try await read("the pushes cannot be read") { connection in
            let rows = try connection.query(
                """
                SELECT revision, commit_id FROM git_pushes
                WHERE revision > \(revision) AND state = 'taken' ORDER BY number
                """
            )
            var result: [Int64: String] = [:]
            for row in rows { result[try row.get("revision")] = try row.get("commit_id", as: String.self) }
            return result
        }
    }

    // MARK: - What a mirror needs

    /// Revisions above `revision`, the oldest first, with what each wrote.
    ///
    /// - Throws: `StoreError`.
    package func revisionsToMirror(after revision: Int64, limit: Int) async throws -> [MirroredRevision] {
        let cipher = self.cipher
        return try await read("the revisions after \(revision) cannot be read") { connection in
            let revisions = try connection.query(
                """
                SELECT number, author, message, committed_at, change_count FROM revisions
                WHERE number > \(revision) ORDER BY number LIMIT \(limit)
                """
            ).map(Revision.init(row:))
            guard let first = revisions.first?.number, let last = revisions.last?.number else { return [] }
            var put: [Int64: [Document]] = [:]
            for row in try connection.query(
                """
                SELECT kind, scope, team, name, spec, valid_from FROM documents
                WHERE valid_from BETWEEN \(first) AND \(last)
                """
            ) {
                let id = try row.documentID()
                let spec = try SealedSpec(json: row.get("spec")).opened(cipher, id: id, revealing: false)
                put[try row.get("valid_from"), default: []].append(Document(id: id, spec: spec))
            }
            var ended: [Int64: [DocumentID]] = [:]
            for row in try connection.query(
                """
                SELECT kind, scope, team, name, valid_to FROM documents WHERE valid_to BETWEEN \(first) AND \(last)
                """
            ) { ended[try row.get("valid_to"), default: []].append(try row.documentID()) }
            return revisions.map { revision in
                let written = (put[revision.number] ?? []).sorted { $0.id < $1.id }
                let ids = Set(written.map(\.id))
                return MirroredRevision(
                    revision: revision,
                    put: written,
                    deleted: (ended[revision.number] ?? []).filter { !ids.contains($0) }.sorted()
                )
            }
        }
    }

    /// The name of the person with that address, if there is exactly one; people who are disabled count too.
    ///
    /// - Throws: `StoreError`.
    package func personName(email: String) async throws -> String? {
        try await read("people cannot be read") { connection in
            let rows = try connection.query(
                "SELECT name FROM people WHERE lower(email) = \(email.lowercased()) LIMIT 2"
            )
            return rows.count == 1 ? try rows[0].get(0) : nil
        }
    }

    /// The newest revision after `base` and up to `latest` that wrote or removed each of these documents; without those that
    /// none did.
    ///
    /// - Throws: `StoreError`.
    package func changes(
        of ids: [DocumentID],
        after base: Int64,
        upTo latest: Int64
    ) async throws -> [DocumentID: Int64] {
        let columns = ids.columns
        return try await read("the changes after revision \(base) cannot be read") { connection in
            let rows = try connection.query(
                """
                SELECT d.kind, d.scope, d.team, d.name, max(r.number) AS number
                FROM unnest(\(columns.kinds), \(columns.scopes), \(columns.teams), \(columns.names))
                    AS t (kind, scope, team, name)
                JOIN documents d USING (kind, scope, team, name)
                CROSS JOIN LATERAL (VALUES (d.valid_from), (d.valid_to)) AS r (number)
                WHERE r.number > \(base) AND r.number <= \(latest)
                GROUP BY d.kind, d.scope, d.team, d.name
                """
            )
            var result: [DocumentID: Int64] = [:]
            for row in rows { result[try row.documentID()] = try row.get("number") }
            return result
        }
    }

    /// Whether there is a person of that name.
    ///
    /// - Throws: `StoreError`.
    package func hasPerson(_ name: String) async throws -> Bool {
        try await read("people cannot be read") { connection in
            try !connection.query("SELECT 1 FROM people WHERE name = \(name)").isEmpty
        }
    }

    /// The revision above `revision` whose message ends with `line`, if there is one.
    ///
    /// - Throws: `StoreError`.
    package func revision(after revision: Int64, endingWith line: String) async throws -> Int64? {
        try await read("the revisions after \(revision) cannot be read") { connection in
            try connection.query(
                """
                SELECT number FROM revisions
                WHERE number > \(revision) AND right(message, \(line.count + 1)::integer) = \("\n" + line)
                ORDER BY number LIMIT 1
                """
            ).first?.get(0)
        }
    }
}

extension GitPush {
    init(row: PostgresRow) throws {
        let state: String = try row.get("state")
        self.init(
            commit: try row.get("commit_id"),
            authorName: try row.get("author_name"),
            authorEmail: try row.get("author_email"),
            message: try row.get("message"),
            committedAt: try row.get("committed_at"),
            seenAt: try row.get("seen_at"),
            state: State(rawValue: state) ?? .refused,
            revision: try row.get("revision"),
            problem: try row.get("problem"),
            correctedBy: try row.get("corrected_by"),
            number: try row.get("number")
        )
    }
}
