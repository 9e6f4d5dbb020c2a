import Concurrency
import Postgres
import Values

extension HubStore {
    /// Who shows a credential; `nil` when it is unknown, has expired, or its person was disabled.
    ///
    /// Everything is read anew: what was taken away a moment ago does not count.
    ///
    /// - Throws: `StoreError`.
    package func identify(_ credential: Credential) async throws -> Identity? {
        guard let identity = try await identities(of: [credential])[credential] else { return nil }
        try await noteUse(of: identity)
        return identity
    }

    /// Who shows each credential that counts at this moment.
    ///
    /// - Throws: `StoreError`.
    package func identities(of credentials: [Credential]) async throws -> [Credential: Identity] {
        let sessions = credentials.filter(\.isSession).map(\.hash)
        let tokens = credentials.filter { !$0.isSession }.map(\.hash)
        let now = clock()
        let found = try await read("the credentials cannot be looked up") { connection in
            var found: [Identity] = []
            if !sessions.isEmpty {
                found += try connection.query(Self.sessionsQuery(sessions, now)).compactMap(Identity.init(session:))
            }
            if !tokens.isEmpty {
                found += try connection.query(Self.tokensQuery(tokens, now)).compactMap(Identity.init(token:))
            }
            return found
        }
        let wanted = Set(credentials)
        // A session's audience is part of the credential: another one's secret is not found.
        return Dictionary(found.filter { wanted.contains($0.credential) }.map { ($0.credential, $0) }) { $1 }
    }

    private static let grantsOfPerson: SQL = """
        ARRAY(SELECT DISTINCT g.role || '/' || g.team FROM grants g WHERE g.person_id = p.id) AS grants
        """

    private static func sessionsQuery(_ hashes: [[UInt8]], _ now: UnixTime) -> SQL {
        """
        SELECT s.token_hash, s.audience, s.last_seen_at, s.expires_at,
            least(s.expires_at, s.last_seen_at + s.idle_seconds * interval '1 second') AS idle_until,
            p.id AS person_id, p.name, \(grantsOfPerson)
        FROM sessions s JOIN people p ON p.id = s.person_id
        WHERE s.token_hash = ANY (\(hashes)) AND p.disabled_at IS NULL AND s.expires_at > \(now)
            AND s.last_seen_at + s.idle_seconds * interval '1 second' > \(now)
        """
    }

    private static func tokensQuery(_ hashes: [[UInt8]], _ now: UnixTime) -> SQL {
        """
        SELECT t.token_hash, t.name, t.role, t.team, t.read_only, t.expires_at, t.last_used_at, t.owner_id,
            \(grantsOfPerson)
        FROM api_tokens t LEFT JOIN people p ON p.id = t.owner_id
        WHERE t.token_hash = ANY (\(hashes)) AND (t.expires_at IS NULL OR t.expires_at > \(now))
            AND p.disabled_at IS NULL
        """
    }

    /// Notes the use of a credential, once a minute at most: reading must not cost a write each time.
    private func noteUse(of identity: Identity) async throws {
        let now = clock()
        let since = now - .seconds(60)
        guard identity.lastUsedAt.map({ $0 < since }) ?? true else { return }
        try await writeOne("the use of a credential was not noted", notAudited: "when a credential was used last") {
            connection in
            switch identity.credential {
            case .session(let hash, _):
                try connection.query(
                    "UPDATE sessions SET last_seen_at = \(now) WHERE token_hash = \(hash) AND last_seen_at < \(since)"
                )
            case .token(let hash):
                try connection.query("UPDATE api_tokens SET last_used_at = \(now) WHERE token_hash = \(hash)")
            }
        }
    }
}

extension Identity {
    /// `nil` for a row that a newer hub has written.
    fileprivate init?(session row: PostgresRow) throws {
        guard let audience = SessionAudience(rawValue: try row.get("audience")) else { return nil }
        credential = .session(hash: try row.get("token_hash"), audience)
        principal = Principal(
            kind: .person,
            name: try row.get("name"),
            grants: Set(try row.get("grants", as: [String].self).compactMap(Grant.init(stored:)))
        )
        personID = try row.get("person_id")
        isReadOnly = false
        expiresAt = try row.get("expires_at")
        idleUntil = try row.get("idle_until")
        // A kubectl session is not prolonged by its use.
        lastUsedAt = audience == .kubectl ? expiresAt : try row.get("last_seen_at")
    }

    /// `nil` for a row that a newer hub has written.
    fileprivate init?(token row: PostgresRow) throws {
        let owner: String? = try row.get("owner_id")
        let held = Set(try row.get("grants", as: [String].self).compactMap(Grant.init(stored:)))
        guard let scope = TokenScope(role: try row.get("role"), team: try row.get("team")) else { return nil }
        credential = .token(hash: try row.get("token_hash"))
        principal = Principal(
            kind: .token,
            name: try row.get("name"),
            grants: scope.grants(heldByOwner: owner == nil ? nil : held)
        )
        personID = owner
        isReadOnly = try row.get("read_only")
        expiresAt = try row.get("expires_at")
        idleUntil = nil
        lastUsedAt = try row.get("last_used_at")
    }
}
