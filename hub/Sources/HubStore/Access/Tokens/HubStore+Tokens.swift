import Concurrency
import Postgres
import Values

extension HubStore {
    /// The name that the token of the first administrator has.
    static let bootstrapName = "bootstrap-admin"

    /// How many tokens a person may have.
    private static let maximumTokens: Int64 = 100

    /// Makes sure that `text` is the first administrator's token.
    ///
    /// - Throws: `StoreError`.
    package func bootstrapAdminToken(_ text: String) async throws {
        let now = clock()
        _ = try await write(
            "store.token.bootstrap",
            "the administrator's token was not stored",
            audit: AuditPlan<Bool> {
                $0 ? [AuditEntry(.changeTokens, "token \(Self.bootstrapName)", detail: "stored")] : []
            }
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

    /// Makes a token of a person, or of nobody for a machine; its text is returned here and never again.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when the name is taken, `.invalid`, `.notFound` when there is no such
    ///   person.
    package func createAPIToken(
        _ new: NewAPIToken,
        owner personID: String? = nil
    ) async throws -> (text: String, token: APIToken) {
        let short = try PersonName.checked(new.name, "token's name")
        guard new.lifetime > .zero, new.lifetime <= NewAPIToken.maximumLifetime else {
            throw StoreError(.invalid, "a token lives for a year at most")
        }
        if new.scope == .owner, personID == nil { throw StoreError(.invalid, "a token of nobody needs a role") }
        let text = APITokenText.make()
        let now = clock()
        let token = try await write(
            "store.token.create",
            "token '\(short)' was not made",
            audit: AuditPlan<APIToken> {
                let limits = "\($0.scope.text)\($0.isReadOnly ? ", read only" : "")"
                return [AuditEntry(.changeTokens, "token \($0.name)", detail: "made: \(limits)")]
            }
        ) { connection in
            let owner = try personID.map { id in
                try connection.query("SELECT name FROM people WHERE id = \(id) FOR UPDATE").first
                    .orNotFound("the token's owner").get(0, as: String.self)
            }
            let name = owner.map { "\($0)/\(short)" } ?? short
            let held = try connection.query(
                "SELECT count(*) FROM api_tokens WHERE owner_id IS NOT DISTINCT FROM \(personID)"
            )[0].get(0, as: Int64.self)
            guard held < Self.maximumTokens else {
                throw StoreError(.invalid, "there are \(held) tokens already, which is the most: revoke some first")
            }
            let made = try connection.query(
                """
                INSERT INTO api_tokens (name, token_hash, role, team, read_only, owner_id, created_by, created_at,
                    expires_at)
                VALUES (\(name), \(Self.hash(text)), \(new.scope.storedRole), \(new.scope.storedTeam),
                    \(new.isReadOnly), \(personID), \(actor.principal.name), \(now), \(now + new.lifetime))
                ON CONFLICT (name) DO NOTHING
                """
            ).affected
            guard made == 1 else { throw StoreError(.alreadyExists, "there is a token '\(name)' already") }
            return try tokens("t.name = \(name)", on: connection).first.orNotFound("token '\(name)'")
        }
        return (text, token)
    }

    /// The tokens of a person, or of nobody; by name.
    ///
    /// - Throws: `StoreError`.
    package func apiTokens(owner personID: String?) async throws -> [APIToken] {
        try await read("the tokens cannot be read") { connection in
            try tokens("t.owner_id IS NOT DISTINCT FROM \(personID)", on: connection)
        }
    }

    /// Every token of the hub, by name.
    ///
    /// - Throws: `StoreError`.
    package func allAPITokens() async throws -> [APIToken] {
        try await read("the tokens cannot be read") { connection in try tokens("true", on: connection) }
    }

    /// The token of that full name.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func apiToken(named name: String) async throws -> APIToken {
        try await read("token '\(name)' cannot be read") { connection in
            try tokens("t.name = \(name)", on: connection).first.orNotFound("token '\(name)'")
        }
    }

    /// Makes a token worthless.
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

    private func tokens(_ condition: SQL, on connection: isolated PostgresConnection) throws -> [APIToken] {
        try connection.query(
            """
            SELECT t.name, p.name AS owner, t.role, t.team, t.read_only, t.created_at, t.created_by, t.last_used_at,
                t.expires_at
            FROM api_tokens t LEFT JOIN people p ON p.id = t.owner_id WHERE \(condition) ORDER BY t.name LIMIT 10000
            """
        ).compactMap(APIToken.init(row:))
    }
}

extension APIToken {
    /// `nil` for a row that a newer hub has written.
    fileprivate init?(row: PostgresRow) throws {
        guard let scope = TokenScope(role: try row.get("role"), team: try row.get("team")) else { return nil }
        self.init(
            name: try row.get("name"),
            owner: try row.get("owner"),
            scope: scope,
            isReadOnly: try row.get("read_only"),
            createdAt: try row.get("created_at"),
            createdBy: try row.get("created_by"),
            lastUsedAt: try row.get("last_used_at"),
            expiresAt: try row.get("expires_at")
        )
    }
}
