import Concurrency
import JSON
import Postgres
package import Values

extension HubStore {
    /// What the mirror's credential is bound to where it is sealed.
    static func gitCredentialContext(_ name: String) -> String { "git credential of \(name)" }

    /// The only name so far.
    private static let mirrorName = "origin"

    /// The repository that the values are mirrored to; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    package func gitMirror() async throws -> GitMirror? {
        try await read("the mirror cannot be read") { connection in
            try connection.query("SELECT * FROM git_mirrors WHERE name = \(Self.mirrorName)").first
                .map(GitMirror.init(row:))
        }
    }

    /// Sets up where the values are mirrored to.
    ///
    /// Another address or branch is begun anew. `secret`: `nil` keeps the one that is stored, for the same address only:
    /// otherwise whoever sets an address of their own would be shown it.
    ///
    /// - Throws: `StoreError.Code.invalid` when a secret is to be kept and there is none for this address.
    package func setGitMirror(
        _ settings: GitMirrorSettings,
        secret: GitMirrorSecret?,
        by author: String
    ) async throws -> GitMirror {
        let now = clock()
        let audit = AuditPlan<GitMirror> { _ in
            [
                AuditEntry(
                    .changeGit,
                    "the Git mirror",
                    detail: "\(settings.url) \(settings.branch), \(settings.direction)"
                )
            ]
        }
        return try await write("store.git.set", "the Git mirror was not set", audit: audit) { connection in
            let before = try connection.query(
                "SELECT * FROM git_mirrors WHERE name = \(Self.mirrorName) FOR UPDATE"
            ).first
            let known = try before.map(GitMirror.init(row:))
            let credential = try self.credential(secret, for: settings.url, known, before, on: connection)
            try put(settings, credential, by: author, at: now, on: connection)
            if known?.settings.url != settings.url || known?.settings.branch != settings.branch {
                try connection.query(
                    "UPDATE git_mirrors SET revision = 0, head = NULL, checked_at = NULL WHERE name = \(Self.mirrorName)"
                )
            }
            try connection.query("SELECT pg_notify(\(Channel.git), '')")
            return try connection.query("SELECT * FROM git_mirrors WHERE name = \(Self.mirrorName)").first
                .map(GitMirror.init(row:)).orNotFound("the Git mirror")
        }
    }

    /// What kind of credential is to be stored, and sealed how.
    ///
    /// - Throws: `StoreError.Code.invalid` when the stored one is to be kept and is another address's.
    private func credential(
        _ secret: GitMirrorSecret?,
        for url: String,
        _ known: GitMirror?,
        _ stored: PostgresRow?,
        on connection: isolated PostgresConnection
    ) throws -> (kind: String, sealed: String?) {
        if let secret {
            let cipher = try cipher.held(on: connection)
            let context = Self.gitCredentialContext(Self.mirrorName)
            return (secret.kind, try secret.text.map { try cipher.seal(Array($0.utf8), context: context) })
        }
        guard let known, known.credential != "none" else { return ("none", nil) }
        guard known.settings.url == url else {
            throw StoreError(
                .invalid,
                "the address of the Git mirror changes: give its password or key again, or say that it needs none"
            )
        }
        return (known.credential, try stored?.get("sealed_credential"))
    }

    /// Writes down where the values are mirrored to; whoever works at the mirror has to begin anew.
    private func put(
        _ settings: GitMirrorSettings,
        _ credential: (kind: String, sealed: String?),
        by author: String,
        at now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws {
        try connection.query(
            """
            INSERT INTO git_mirrors (name, url, branch, direction, username, credential, sealed_credential,
                known_hosts, authorities, email_pattern, changed_at, changed_by, state_since)
            VALUES (\(Self.mirrorName), \(settings.url), \(settings.branch), \(settings.direction.rawValue),
                \(settings.username), \(credential.kind), \(credential.sealed), \(settings.knownHosts),
                \(settings.authorities), \(settings.emailPattern), \(now), \(author), \(now))
            ON CONFLICT (name) DO UPDATE SET url = EXCLUDED.url, branch = EXCLUDED.branch,
                direction = EXCLUDED.direction, username = EXCLUDED.username, credential = EXCLUDED.credential,
                sealed_credential = EXCLUDED.sealed_credential, known_hosts = EXCLUDED.known_hosts,
                authorities = EXCLUDED.authorities, email_pattern = EXCLUDED.email_pattern,
                changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by, state = 'pending', reason = '',
                state_since = EXCLUDED.state_since, epoch = git_mirrors.epoch + 1, runner = NULL, lease_until = NULL
            """
        )
    }

    /// Every cluster as a repository lists it, by name.
    ///
    /// - Throws: `StoreError`.
    package func registeredClusters() async throws -> [RegisteredCluster] {
        try await read("clusters cannot be read") { connection in
            try connection.query("SELECT name, provider, region, labels, domain FROM clusters ORDER BY name").map {
                RegisteredCluster(try ClusterIdentity(row: $0), domain: try $0.get("domain"))
            }
        }
    }

    /// Forgets the repository and what was pushed to it; the repository itself stays as it is.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is none.
    package func removeGitMirror() async throws {
        try await write(
            "store.git.remove",
            "the Git mirror was not removed",
            audit: .entry(.changeGit, "the Git mirror", detail: "removed")
        ) { connection in
            let removed = try connection.query("DELETE FROM git_mirrors RETURNING pg_notify(\(Channel.git), '')")
            _ = try removed.first.orNotFound("the Git mirror")
            try connection.query("DELETE FROM git_pushes")
        }
    }

    /// Has the branch looked at now instead of at the next round.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is no mirror.
    package func askGitSync() async throws -> GitMirror {
        let now = clock()
        return try await writeOne("the Git mirror was not asked for", notAudited: "changes nothing") { connection in
            let rows = try connection.query("UPDATE git_mirrors SET asked_at = \(now) RETURNING *")
            let mirror = try rows.first.map(GitMirror.init(row:)).orNotFound("the Git mirror")
            try connection.query("SELECT pg_notify(\(Channel.git), '')")
            return mirror
        }
    }

    // MARK: - The runner

    /// Takes or prolongs the right to work at the mirror; `nil` when there is none, or another replica has it.
    ///
    /// - Throws: `StoreError`.
    package func takeGitLease(_ runner: String, for duration: Duration) async throws -> GitLease? {
        let now = clock()
        let row = try await writeOne("the Git mirror cannot be taken", notAudited: "a lease") { connection in
            try connection.query(
                """
                UPDATE git_mirrors SET epoch = epoch + CASE WHEN runner = \(runner) THEN 0 ELSE 1 END,
                    runner = \(runner), lease_until = \(now + duration)
                WHERE runner IS NULL OR runner = \(runner) OR lease_until < \(now) RETURNING *
                """
            ).first.map { row in
                (mirror: try GitMirror(row: row), sealed: try row.get("sealed_credential", as: String?.self))
            }
        }
        guard let row else { return nil }
        return GitLease(mirror: row.mirror, secret: try await secret(row.mirror.credential, row.sealed))
    }

    /// Lets another replica take over at once.
    ///
    /// - Throws: `StoreError`.
    package func returnGitLease(_ runner: String) async throws {
        try await writeOne("the Git mirror cannot be given back", notAudited: "a lease") { connection in
            _ = try connection.query(
                "UPDATE git_mirrors SET runner = NULL, lease_until = NULL WHERE runner = \(runner)"
            )
        }
    }

    private func secret(_ kind: String, _ sealed: String?) async throws -> GitMirrorSecret {
        guard let sealed else { return .none }
        let context = Self.gitCredentialContext(Self.mirrorName)
        // Another replica may have made the key that it is sealed under.
        let text = try await read("the credential of the Git mirror cannot be read") { _ in
            String(decoding: try cipher.open(sealed, context: context), as: UTF8.self)
        }
        return kind == "key" ? .key(text) : .password(text)
    }

    /// Notes that the branch is at `head`, with the values of `revision`.
    ///
    /// - Returns: false when another replica works at it by now, or it was set up anew: then nothing was noted.
    /// - Throws: `StoreError`.
    package func advanceGitMirror(_ epoch: Int64, to head: String, revision: Int64) async throws -> Bool {
        try await writeOne("the Git mirror's progress was not noted", notAudited: "follows from revisions") {
            connection in
            try connection.query(
                """
                UPDATE git_mirrors SET head = \(head), revision = \(revision) WHERE epoch = \(epoch) RETURNING 1
                """
            ).count == 1
        }
    }

    /// Notes how the mirror fares.
    ///
    /// - Returns: false as `advanceGitMirror`.
    /// - Throws: `StoreError`.
    @discardableResult
    package func noteGitState(_ epoch: Int64, _ state: GitMirror.State, reason: String = "") async throws -> Bool {
        let now = clock()
        let reason = String(reason.prefix(2_000))
        return try await write(
            "store.git.note",
            "the Git mirror's state was not noted",
            audit: .notAudited("found by the hub itself")
        ) { connection in
            let before = try connection.query(
                "SELECT state, reason FROM git_mirrors WHERE epoch = \(epoch) FOR UPDATE"
            ).first
            guard let before else { return false }
            let wasState: String = try before.get("state")
            let wasReason: String = try before.get("reason")
            let isNew = wasState != state.rawValue
            try connection.query(
                """
                UPDATE git_mirrors SET state = \(state.rawValue), reason = \(reason),
                    state_since = CASE WHEN \(isNew) THEN \(now) ELSE state_since END,
                    checked_at = CASE WHEN \(state != .failing) THEN \(now) ELSE checked_at END
                WHERE epoch = \(epoch)
                """
            )
            if isNew || wasReason != reason {
                let data: JSONValue = reason.isEmpty ? [:] : ["reason": .string(reason)]
                try emit([FleetEvent("git.\(state.rawValue)", "the Git mirror", data: data)], on: connection)
            }
            return true
        }
    }
}

extension GitMirror {
    init(row: PostgresRow) throws {
        let direction: String = try row.get("direction")
        let state: String = try row.get("state")
        self.init(
            settings: GitMirrorSettings(
                url: try row.get("url"),
                branch: try row.get("branch"),
                direction: GitMirrorSettings.Direction(rawValue: direction) ?? .mirror,
                username: try row.get("username"),
                knownHosts: try row.get("known_hosts"),
                authorities: try row.get("authorities"),
                emailPattern: try row.get("email_pattern")
            ),
            credential: try row.get("credential"),
            changedAt: try row.get("changed_at"),
            changedBy: try row.get("changed_by"),
            revision: try row.get("revision"),
            head: try row.get("head"),
            state: State(rawValue: state) ?? .failing,
            reason: try row.get("reason"),
            stateSince: try row.get("state_since"),
            checkedAt: try row.get("checked_at"),
            askedAt: try row.get("asked_at"),
            epoch: try row.get("epoch")
        )
    }
}
