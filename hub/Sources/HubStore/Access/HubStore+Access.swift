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
        try await writeOne("the administrator's token was not stored") { connection in
            try connection.query(
                """
                INSERT INTO api_tokens (name, token_hash, role, created_at)
                VALUES (\(Self.bootstrapName), \(Self.hash(text)), \(Role.platformAdmin.rawValue), \(now))
                ON CONFLICT (name) DO UPDATE SET token_hash = excluded.token_hash
                WHERE api_tokens.token_hash <> excluded.token_hash
                """
            )
        }
    }

    /// Makes a bearer token; its text is returned here and never again.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when the name is taken.
    package func createAPIToken(
        name: String,
        role: Role,
        lifetime: Duration? = nil
    ) async throws -> String {
        let text = Self.makeToken()
        let now = clock()
        let expires = lifetime.map { now + $0 }
        try await writeOne("token '\(name)' was not made") { connection in
            try connection.query(
                """
                INSERT INTO api_tokens (name, token_hash, role, created_at, expires_at)
                VALUES (\(name), \(Self.hash(text)), \(role.rawValue), \(now), \(expires))
                """
            )
        }
        return text
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
                guard let role = Role(rawValue: try row.get("role")) else { return nil }
                return APIToken(
                    name: try row.get("name"),
                    role: role,
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
        try await writeOne("token '\(name)' was not revoked") { connection in
            let gone = try connection.query("DELETE FROM api_tokens WHERE name = \(name)").affected
            guard gone == 1 else { throw StoreError(.notFound, "token '\(name)' does not exist") }
        }
    }
}
