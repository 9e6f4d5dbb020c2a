import Values
package import Concurrency
import Postgres

/// A code by which somebody sets their password, once.
package struct PasswordCode: Hashable, Sendable {
    package let text: String
    package let expiresAt: UnixTime
}

extension HubStore {
    /// Sets somebody's password; every session of theirs ends, and no device that they let in gets one.
    ///
    /// - Throws: `StoreError.Code.notFound`, `.invalid` when the password is too short or too well known, `.overloaded`.
    package func setPassword(of name: String, to password: String) async throws {
        let name = name.lowercased()
        try PasswordRule.check(password, of: name)
        let hash = try await passwords.hash(password)
        let isOwn = actor.principal.kind == .person && actor.principal.name == name
        try await write(
            "store.password.set",
            "the password of '\(name)' was not set",
            audit: .entry(isOwn ? .changeOwnAccount : .changePeople, "person \(name)", detail: "password set")
        ) { connection in
            try replacePassword(of: try id(ofPerson: name, on: connection), with: hash, on: connection)
        }
    }

    /// Makes a code by which a person sets their password themselves; the one before stops working.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func issuePasswordCode(
        for name: String,
        lifetime: Duration = .seconds(24 * 3600)
    ) async throws -> PasswordCode {
        let code = PasswordCode(text: Self.makeToken(), expiresAt: clock() + lifetime)
        _ = try await write(
            "store.password.code",
            "no code was made for '\(name)'",
            audit: .entry(
                .changePeople,
                "person \(name)",
                detail: "password code made, until \(code.expiresAt.rfc3339)"
            )
        ) { connection in
            try connection.query(
                """
                INSERT INTO password_codes (person_id, code_hash, expires_at)
                VALUES (\(try id(ofPerson: name, on: connection)), \(Self.hash(code.text)), \(code.expiresAt))
                ON CONFLICT (person_id) DO UPDATE
                SET code_hash = excluded.code_hash, expires_at = excluded.expires_at
                """
            )
        }
        return code
    }

    /// Sets the password of whoever the code was made for; the code is used up, and every session of theirs ends.
    ///
    /// - Returns: their name.
    /// - Throws: `StoreError.Code.signInRefused` when no such code counts, `.invalid`, `.overloaded`.
    @discardableResult
    package func setPassword(
        withCode code: String,
        to password: String,
        from origin: SignInOrigin
    ) async throws -> String {
        let now = clock()
        let found = try await read("the code cannot be looked up") { connection in
            try connection.query(
                """
                SELECT p.id, p.name FROM password_codes c JOIN people p ON p.id = c.person_id
                WHERE c.code_hash = \(Self.hash(code)) AND c.expires_at > \(now) AND p.disabled_at IS NULL
                """
            ).first.map { (id: try $0.get("id", as: String.self), name: try $0.get("name", as: String.self)) }
        }
        guard let found else { throw Self.codeUnknown }
        // A code that is known is 256 bits that somebody was given: only then is a hash computed.
        try PasswordRule.check(password, of: found.name)
        let hash = try await passwords.hash(password)
        try await acting(as: origin.actor(found.name)).write(
            "store.password.set",
            "the password of '\(found.name)' was not set",
            audit: .entry(.changeOwnAccount, "person \(found.name)", detail: "password set with a code")
        ) { connection in
            let used = try connection.query(
                "DELETE FROM password_codes WHERE person_id = \(found.id) AND code_hash = \(Self.hash(code))"
            ).affected
            guard used == 1 else { throw Self.codeUnknown }
            try replacePassword(of: found.id, with: hash, on: connection)
        }
        return found.name
    }

    private static let codeUnknown = StoreError(
        .signInRefused,
        "the code is unknown, was used or has expired: an administrator makes a new one"
    )

    private func replacePassword(
        of id: String,
        with hash: String,
        on connection: isolated PostgresConnection
    ) throws {
        try connection.pipeline([
            "UPDATE people SET password_hash = \(hash) WHERE id = \(id)",
            "DELETE FROM sessions WHERE person_id = \(id)", "DELETE FROM password_codes WHERE person_id = \(id)",
            "DELETE FROM device_codes WHERE person_id = \(id)",
        ])
    }
}
