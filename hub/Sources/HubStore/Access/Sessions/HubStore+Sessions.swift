import Bundles
import Concurrency
import Crypto
import Postgres
import Values

extension HubStore {
    /// How many sessions a person has at once; the least used one makes room.
    private static let maximumSessions = 50

    /// Ends a session.
    ///
    /// One that has ended already is no error.
    ///
    /// - Throws: `StoreError`.
    package func endSession(_ credential: Credential) async throws {
        try await writeOne("the session was not ended", notAudited: "a person signs out") { connection in
            try connection.query("DELETE FROM sessions WHERE token_hash = \(credential.hash)")
        }
    }

    /// Ends every session of a person; a device that they let in and that has not asked since gets none either.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func endAllSessions(of name: String) async throws {
        try await write(
            "store.sessions.end",
            "the sessions of '\(name)' were not ended",
            audit: .entry(.changePeople, "person \(name)", detail: "all sessions ended")
        ) { connection in
            let id = try id(ofPerson: name, on: connection)
            try connection.pipeline([
                "DELETE FROM sessions WHERE person_id = \(id)", "DELETE FROM device_codes WHERE person_id = \(id)",
            ])
        }
    }

    /// A session beside the one that a person has, such as kubectl's.
    ///
    /// - Throws: `StoreError.Code.notFound` when the person is gone or disabled.
    package func openSession(
        of personID: String,
        audience: SessionAudience,
        from origin: SignInOrigin
    ) async throws -> SignedIn {
        let token = Self.makeSessionToken()
        try await write(
            "store.session.open",
            "no session was opened",
            audit: .entry(named: "openSession", "person \(personID)", detail: "for \(audience)")
        ) { connection in
            try insertSession(token, personID, audience, origin, on: connection)
        }
        return try await signedIn(token, audience)
    }

    static func makeSessionToken() -> String {
        Credential.sessionPrefix + Hexadecimal.encode(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    /// Opens a session; the least used one makes room, but not `replaced`, which the caller ends afterwards.
    func insertSession(
        _ token: String,
        _ personID: String,
        _ audience: SessionAudience,
        _ origin: SignInOrigin,
        replacing replaced: [UInt8]? = nil,
        on connection: isolated PostgresConnection
    ) throws {
        let now = clock()
        // The row is locked: whoever is being disabled gets no session that the disabling does not see.
        let standing = try connection.query(
            "SELECT FROM people WHERE id = \(personID) AND disabled_at IS NULL FOR UPDATE"
        )
        guard !standing.isEmpty else { throw StoreError(.notFound, "the person is disabled or gone") }
        try connection.pipeline([
            """
            DELETE FROM sessions WHERE token_hash IN (
                SELECT token_hash FROM sessions
                WHERE person_id = \(personID) AND token_hash IS DISTINCT FROM \(replaced)
                ORDER BY last_seen_at DESC OFFSET \(Self.maximumSessions - 1)
            )
            """,
            """
            INSERT INTO sessions (token_hash, person_id, audience, created_at, last_seen_at, idle_seconds, expires_at,
                user_agent, address)
            VALUES (\(Self.hash(token)), \(personID), \(audience.rawValue), \(now), \(now),
                \(audience.idleLifetime.components.seconds), \(now + audience.lifetime), \(origin.userAgent),
                \(origin.address))
            """,
            "UPDATE people SET last_sign_in_at = \(now) WHERE id = \(personID)",
        ])
    }

    func signedIn(_ token: String, _ audience: SessionAudience) async throws -> SignedIn {
        let credential = Credential.session(hash: Self.hash(token), audience)
        guard let identity = try await identities(of: [credential])[credential] else {
            throw StoreError(.notFound, "the person is disabled or gone")
        }
        return SignedIn(token: token, identity: identity)
    }

    /// Clears away what has ended: sessions, one-time codes, and failed sign-ins of long ago.
    ///
    /// - Throws: `StoreError`.
    package func clearEndedAccess() async throws {
        let now = clock()
        _ = try await write(
            "store.access.clear",
            "ended sessions were not cleared away",
            audit: .notAudited("they had ended before")
        ) { connection in
            try connection.pipeline([
                """
                DELETE FROM sessions s
                WHERE (expires_at <= \(now) OR last_seen_at + idle_seconds * interval '1 second' <= \(now))
                    AND NOT EXISTS (
                        SELECT FROM refresh_families f WHERE f.session_hash = s.token_hash AND f.expires_at > \(now)
                    )
                """,
                "DELETE FROM password_codes WHERE expires_at <= \(now)",
                "DELETE FROM sign_in_attempts WHERE last_at < \(now - AttemptLimit.longestWindow)",
            ])
        }
    }
}
