import Bundles
import Concurrency
import JSON
import Postgres

extension HubStore {
    /// How long a sign-in may take at the provider.
    package static let signOnLifetime: Duration = .seconds(600)

    /// How many sign-ins are under way at once; beyond, the oldest make room.
    private static let maximumAttempts = 10_000

    /// Remembers a sign-in by its `state`, for the browser that holds `browser`.
    ///
    /// - Throws: `StoreError`.
    package func beginSignOn(_ attempt: SignOnAttempt, state: String, browser: String) async throws {
        let now = clock()
        let hash = Self.hash(state)
        let secrets: JSONValue = ["nonce": .string(attempt.nonce), "verifier": .string(attempt.verifier)]
        try await write(
            "store.sign-on.begin",
            "the sign-in was not begun",
            audit: .notAudited("nobody is let in yet")
        ) { connection in
            let sealed = try cipher.held(on: connection).seal(secrets.serialized(), context: Self.attemptContext(hash))
            try connection.query("DELETE FROM sign_on_attempts WHERE expires_at <= \(now)")
            try connection.pipeline([
                """
                DELETE FROM sign_on_attempts WHERE state_hash IN (
                    SELECT state_hash FROM sign_on_attempts ORDER BY expires_at DESC OFFSET \(Self.maximumAttempts - 1)
                )
                """,
                """
                INSERT INTO sign_on_attempts (state_hash, browser_hash, sealed, return_path, expires_at)
                VALUES (\(hash), \(Self.hash(browser)), \(sealed), \(attempt.returnPath),
                    \(now + Self.signOnLifetime))
                """,
            ])
        }
    }

    /// Takes a sign-in that comes back; it is gone afterwards, also when it is not the same browser's.
    ///
    /// - Returns: `nil` when there is none, its time is up, or another browser began it.
    /// - Throws: `StoreError`.
    package func takeSignOn(state: String, browser: String) async throws -> SignOnAttempt? {
        let now = clock()
        let hash = Self.hash(state)
        let browserHash = Self.hash(browser)
        let cipher = cipher
        return try await write(
            "store.sign-on.take",
            "the sign-in was not found",
            audit: .notAudited("nobody is let in yet")
        ) { connection in
            let taken = try connection.query(
                """
                DELETE FROM sign_on_attempts WHERE state_hash = \(hash)
                RETURNING browser_hash, sealed, return_path, expires_at
                """
            )
            guard let row = taken.first, try row.get("expires_at", as: UnixTime.self) > now,
                try row.get("browser_hash", as: [UInt8].self) == browserHash
            else { return nil }
            let opened = try cipher.open(try row.get("sealed", as: String.self), context: Self.attemptContext(hash))
            let secrets = try JSONValue(parsing: opened)
            return SignOnAttempt(
                nonce: try secrets.required("nonce"),
                verifier: try secrets.required("verifier"),
                returnPath: try row.get("return_path")
            )
        }
    }

    /// Keeps the ID token that a session came about by.
    ///
    /// - Throws: `StoreError`.
    package func keepIDToken(_ token: String, of session: Credential) async throws {
        try await write(
            "store.sign-on.keep",
            "the ID token was not kept",
            audit: .notAudited("belongs to a session")
        ) { connection in
            let context = Self.tokenContext(session.hash)
            let sealed = try cipher.held(on: connection).seal(Array(token.utf8), context: context)
            try connection.query(
                """
                INSERT INTO sign_on_tokens (session_hash, sealed) VALUES (\(session.hash), \(sealed))
                ON CONFLICT (session_hash) DO UPDATE SET sealed = excluded.sealed
                """
            )
        }
    }

    /// The ID token that a session came about by; `nil` for one that came about by a password.
    ///
    /// - Throws: `StoreError`.
    package func idToken(of session: Credential) async throws -> String? {
        let sealed = try await read("the ID token cannot be read") { connection in
            try connection.query("SELECT sealed FROM sign_on_tokens WHERE session_hash = \(session.hash)").first?
                .get(0, as: String.self)
        }
        guard let sealed else { return nil }
        return String(decoding: try cipher.open(sealed, context: Self.tokenContext(session.hash)), as: UTF8.self)
    }

    private static func attemptContext(_ hash: [UInt8]) -> String { SealedColumn.attempt(Hexadecimal.encode(hash)) }

    private static func tokenContext(_ hash: [UInt8]) -> String { SealedColumn.idToken(Hexadecimal.encode(hash)) }
}
