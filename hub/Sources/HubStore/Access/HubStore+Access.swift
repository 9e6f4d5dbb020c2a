import Concurrency
import Postgres
package import Values

extension HubStore {
    /// The name that the token of the first administrator has.
    static let bootstrapName = "bootstrap-admin"

    /// Makes sure that `text` is the first administrator's token.
    ///
    /// - Throws: `StoreError`.
    package func bootstrapAdminToken(_ text: String) async throws {
        let now = clock()
        _ = try await write(
            "store.token.bootstrap",
            "the administrator's token was not stored",
            audit: AuditPlan<Bool> { $0 ? [AuditEntry(.changeTokens, "token \(Self.bootstrapName)")] : [] }
        ) { connection in
            try connection.query(
                """
                INSERT INTO api_tokens (name, token_hash, role, created_at)
                VALUES (\(Self.bootstrapName), \(Self.hash(text)), \(Role.platformAdmin.rawValue), \(now))
                ON CONFLICT (name) DO UPDATE SET token_hash = excluded.token_hash
                WHERE api_tokens.token_hash <> excluded.token_hash
                """
            ).affected == 1
        }
    }

    /// Makes a bearer token; its text is returned here and never again.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when the name is taken.
    package func createAPIToken(
        name: String,
        grant: Grant,
        lifetime: Duration? = nil
    ) async throws -> String {
        let text = Self.makeToken()
        let now = clock()
        let expires = lifetime.map { now + $0 }
        try await write(
            "store.token.make",
            "token '\(name)' was not made",
            audit: .entry(.changeTokens, "token \(name)", detail: "made for \(grant.stored)")
        ) { connection in
            try connection.query(
                """
                INSERT INTO api_tokens (name, token_hash, role, created_at, expires_at)
                VALUES (\(name), \(Self.hash(text)), \(grant.stored), \(now), \(expires))
                """
            )
        }
        return text
    }

    /// Makes a bearer token for a role on the platform.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when the name is taken; `.invalid` for a team's role.
    package func createAPIToken(name: String, role: Role, lifetime: Duration? = nil) async throws -> String {
        guard let grant = Grant.platform(role) else { throw StoreError(.invalid, "a role of a team needs its team") }
        return try await createAPIToken(name: name, grant: grant, lifetime: lifetime)
    }

    /// What a bearer token stands for; `nil` when it is unknown or has expired.
    ///
    /// - Throws: `StoreError`.
    package func identify(token: String) async throws -> APIToken? {
        let hash = Self.hash(token)
        let now = clock()
        return try await read("the token cannot be looked up") { connection in
            try connection.query(
                """
                SELECT name, role, created_at, expires_at FROM api_tokens
                WHERE token_hash = \(hash) AND (expires_at IS NULL OR expires_at > \(now))
                """
            ).first.flatMap { row in
                guard let grant = Grant(stored: try row.get("role")) else { return nil }
                return APIToken(
                    name: try row.get("name"),
                    grant: grant,
                    createdAt: try row.get("created_at"),
                    expiresAt: try row.get("expires_at")
                )
            }
        }
    }

    /// Makes a bearer token worthless.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func revokeAPIToken(name: String) async throws {
        try await write(
            "store.token.revoke",
            "token '\(name)' was not revoked",
            audit: .entry(.changeTokens, "token \(name)", detail: "revoked")
        ) { connection in
            let gone = try connection.query("DELETE FROM api_tokens WHERE name = \(name)").affected
            guard gone == 1 else { throw StoreError(.notFound, "token '\(name)' does not exist") }
        }
    }
}

extension Grant {
    /// `role`, or `role/team`.
    fileprivate var stored: String { team.map { "\(role.rawValue)/\($0)" } ?? role.rawValue }

    fileprivate init?(stored: String) {
        let parts = stored.split(separator: "/", maxSplits: 1).map(String.init)
        guard let role = parts.first.flatMap(Role.init(rawValue:)) else { return nil }
        guard let grant = parts.count == 2 ? Grant.team(parts[1], role) : Grant.platform(role) else { return nil }
        self = grant
    }
}
