import Bundles
import Concurrency
import Crypto
import Postgres

extension HubStore {
    /// How long a device's session counts before it must be renewed.
    package static let deviceSessionLifetime: Duration = .seconds(12 * 3600)
    /// How long a device can renew its session before a person must let it in again.
    package static let refreshLifetime: Duration = .seconds(30 * 24 * 3600)

    private static let refreshPrefix = "otomi_refresh_"

    /// Renews a device's session: the old one ends, and so does the refresh token.
    ///
    /// - Throws: `StoreError`.
    package func refresh(_ token: String, from origin: SignInOrigin) async throws -> RefreshAnswer {
        let now = clock()
        let hash = Self.hash(token)
        return try await write(
            "store.refresh",
            "the session was not renewed",
            audit: .notAudited("a session goes on")
        ) { connection in
            // The family is locked first: of two that show the same token at once, the second finds it used.
            let found = try connection.query(
                """
                SELECT f.id, f.person_id, f.session_hash, f.expires_at, p.name
                FROM refresh_families f JOIN people p ON p.id = f.person_id
                WHERE f.id = (SELECT family_id FROM refresh_tokens WHERE token_hash = \(hash)) FOR UPDATE OF f
                """
            )
            guard let row = found.first else { return .unknown }
            let family: String = try row.get("id")
            let oldSession: [UInt8] = try row.get("session_hash")
            let isFirstUse =
                try connection.query(
                    "UPDATE refresh_tokens SET used_at = \(now) WHERE token_hash = \(hash) AND used_at IS NULL"
                ).affected == 1
            let isOver = try row.get("expires_at", as: UnixTime.self) <= now
            guard isFirstUse, !isOver else {
                // The family goes with its session.
                try connection.query("DELETE FROM sessions WHERE token_hash = \(oldSession)")
                guard !isFirstUse else { return .unknown }
                let person: String = try row.get("name")
                let event = SecurityEvent(
                    .refreshTokenReused,
                    subject: person,
                    address: origin.address,
                    detail: "A command line's refresh token was shown twice; the sign-in was ended."
                )
                try insert(event, on: connection)
                return .reused(person: person)
            }
            do {
                // The family would go with the old session, were that the one to make room.
                let session = try openDeviceSession(
                    of: try row.get("person_id"),
                    origin,
                    replacing: oldSession,
                    on: connection
                )
                try connection.pipeline([
                    "UPDATE refresh_families SET session_hash = \(Self.hash(session.token)) WHERE id = \(family)",
                    "DELETE FROM sessions WHERE token_hash = \(oldSession)",
                ])
                try addRefreshToken(session.refreshToken, to: family, on: connection)
                return .renewed(session)
            } catch let error as StoreError {
                guard error.code == .notFound else { throw error }
                return .unknown
            }
        }
    }

    /// Ends a device's session and everything that could renew it (RFC 7009); a token that is not known is no error.
    ///
    /// - Throws: `StoreError`.
    package func revokeRefresh(_ token: String) async throws {
        try await writeOne("the session was not ended", notAudited: "a person signs out") { connection in
            try connection.query(
                """
                DELETE FROM sessions WHERE token_hash = (
                    SELECT f.session_hash FROM refresh_families f JOIN refresh_tokens t ON t.family_id = f.id
                    WHERE t.token_hash = \(Self.hash(token))
                )
                """
            )
        }
    }

    func beginFamily(
        of personID: String,
        _ client: String,
        _ origin: SignInOrigin,
        on connection: isolated PostgresConnection
    ) throws -> DeviceSession {
        let now = clock()
        let session = try openDeviceSession(of: personID, origin, on: connection)
        // Sessions that can no longer be renewed go with their families; until then they are kept for them.
        try connection.query(
            """
            DELETE FROM sessions WHERE token_hash IN (
                SELECT session_hash FROM refresh_families WHERE person_id = \(personID) AND expires_at <= \(now)
            )
            """
        )
        let family: String = try connection.query(
            """
            INSERT INTO refresh_families (person_id, session_hash, client, created_at, expires_at)
            VALUES (\(personID), \(Self.hash(session.token)), \(client), \(now), \(now + Self.refreshLifetime))
            RETURNING id
            """
        )[0].get(0)
        try addRefreshToken(session.refreshToken, to: family, on: connection)
        return session
    }

    private func openDeviceSession(
        of personID: String,
        _ origin: SignInOrigin,
        replacing replaced: [UInt8]? = nil,
        on connection: isolated PostgresConnection
    ) throws -> DeviceSession {
        let token = Self.makeSessionToken()
        try insertSession(token, personID, .cli, origin, replacing: replaced, on: connection)
        let name: String = try connection.query(
            """
            UPDATE sessions s SET expires_at = \(clock() + Self.deviceSessionLifetime) FROM people p
            WHERE s.token_hash = \(Self.hash(token)) AND p.id = s.person_id RETURNING p.name
            """
        )[0].get(0)
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return DeviceSession(
            token: token,
            refreshToken: Self.refreshPrefix + Hexadecimal.encode(secret),
            lifetime: Self.deviceSessionLifetime,
            person: name
        )
    }

    private func addRefreshToken(
        _ token: String,
        to family: String,
        on connection: isolated PostgresConnection
    ) throws {
        try connection.query(
            """
            INSERT INTO refresh_tokens (token_hash, family_id, issued_at)
            VALUES (\(Self.hash(token)), \(family), \(clock()))
            """
        )
    }
}
