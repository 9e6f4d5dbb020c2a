import Concurrency
import Postgres
package import Values

extension HubStore {
    /// Lets somebody in by their password.
    ///
    /// A name that nobody has is answered like one whose password is wrong, in the same time, and is locked alike.
    ///
    /// - Throws: `StoreError.Code.signInRefused`; `.signInLocked` while there is a pause after failures; `.overloaded`.
    package func signIn(
        name: String,
        password: String,
        audience: SessionAudience,
        from origin: SignInOrigin
    ) async throws -> SignedIn {
        // A text that can be nobody's name goes the same way.
        let folded = PersonName.folded(name) ?? ""
        let failures = try await countAttempt(folded, origin)
        let found = try await read("the sign-in was not looked at") { connection in
            try connection.query(
                """
                SELECT id, name, password_hash FROM people
                WHERE (name = \(folded) OR email = \(folded)) AND disabled_at IS NULL
                """
            ).first.map { row in
                (
                    id: try row.get("id", as: String.self), name: try row.get("name", as: String.self),
                    hash: try row.get("password_hash", as: String?.self)
                )
            }
        }
        let length = password.unicodeScalars.count
        let candidate = length > PasswordRule.maximumLength ? "" : password
        let isRight = try await passwords.isRight(candidate, stored: found?.hash)
        guard let found, let hash = found.hash, isRight else {
            if failures >= AttemptLimit.nameFromAddress.threshold { try await noteLock(of: found?.name, origin) }
            throw StoreError(.signInRefused, "the name or the password is wrong")
        }
        let renewed = passwords.isOutdated(hash) ? try await passwords.hash(password) : nil
        let token = Self.makeSessionToken()
        try await acting(as: origin.actor(found.name)).write(
            "store.session.open",
            "no session was opened",
            audit: .entry(named: "signIn", "person \(found.name)", detail: "with a password")
        ) { connection in
            try insertSession(token, found.id, audience, origin, on: connection)
            try forgive(folded, origin, on: connection)
            if let renewed {
                try connection.query(
                    "UPDATE people SET password_hash = \(renewed) WHERE id = \(found.id) AND password_hash = \(hash)"
                )
            }
        }
        return try await signedIn(token, audience)
    }

    /// Lets somebody in for whom an identity provider has vouched, and makes the grants from its groups exactly `grants`.
    ///
    /// Who it is says the pair of issuer and subject alone. Somebody who comes for the first time is added; a name or an
    /// address never makes them somebody who is there already.
    ///
    /// - Throws: `StoreError.Code.signInRefused` when they are disabled, `.alreadyExists` when their name and their
    ///   address are somebody else's.
    package func signIn(
        external: ExternalIdentity,
        grants: Set<Grant>,
        audience: SessionAudience,
        from origin: SignInOrigin
    ) async throws -> SignedIn {
        let token = Self.makeSessionToken()
        try await write(
            "store.session.open",
            "'\(external.preferredName)' was not signed in",
            audit: AuditPlan<[AuditEntry]> { $0 }
        ) { connection in
            let person = try addOrFind(external, on: connection)
            let change = try replaceExternalGrants(of: person.id, with: grants, on: connection)
            try insertSession(token, person.id, audience, origin, on: connection)
            let object = "person \(person.name)"
            var entries = [AuditEntry(named: "signIn", object, detail: "vouched for by \(external.issuer)")]
            if person.isNew {
                entries.append(AuditEntry(.changePeople, object, detail: "added at the first sign-in"))
            }
            if let change { entries.append(AuditEntry(.changeGrants, object, detail: "by groups: \(change)")) }
            return entries.map { $0.by(origin.actor(person.name)) }
        }
        return try await signedIn(token, audience)
    }

    /// Has an identity provider vouch for somebody who was added here.
    ///
    /// - Throws: `StoreError.Code.notFound`, `.alreadyExists` when the identity is another person's.
    package func linkPerson(named name: String, issuer: String, subject: String) async throws {
        try await write(
            "store.person.link",
            "person '\(name)' was not linked",
            audit: .entry(.changePeople, "person \(name)", detail: "linked to \(issuer)")
        ) { connection in
            let changed = try connection.query(
                "UPDATE people SET issuer = \(issuer), subject = \(subject) WHERE name = \(name.lowercased())"
            ).affected
            guard changed == 1 else { throw StoreError(.notFound, "person '\(name)' does not exist") }
        }
    }

    private func addOrFind(
        _ external: ExternalIdentity,
        on connection: isolated PostgresConnection
    ) throws -> (id: String, name: String, isNew: Bool) {
        let known = try connection.query(
            """
            SELECT id, name, disabled_at FROM people WHERE issuer = \(external.issuer) AND subject = \(external.subject)
            FOR UPDATE
            """
        ).first
        if let known {
            guard try known.get("disabled_at", as: UnixTime?.self) == nil else {
                throw StoreError(.signInRefused, "this person is disabled: ask an administrator")
            }
            return (try known.get("id"), try known.get("name"), false)
        }
        let email = external.email.flatMap(PersonName.folded)
        let names = [PersonName.folded(external.preferredName), email].compactMap(\.self)
        for name in names {
            do {
                let id = try insertPerson(name, email, external.displayName, external: external, on: connection)
                return (id, name, true)
            } catch let error as StoreError {
                guard error.code == .alreadyExists else { throw error }
            }
        }
        throw StoreError(
            .alreadyExists,
            "'\(external.preferredName)' is somebody's name here: an administrator must link the two, or rename one"
        )
    }

    // MARK: - Failures

    /// Counts one attempt: by address, by name from this address, and by name.
    ///
    /// - Returns: how many by that name from this address have failed if this one does.
    private func countAttempt(_ folded: String, _ origin: SignInOrigin) async throws -> Int {
        let now = clock()
        return try await write(
            "store.sign-in.count",
            "the sign-in was not counted",
            audit: .notAudited("repeated failures are security events")
        ) { connection in
            if let address = origin.address {
                let key = SignInKey.address(address)
                let counted = try connection.query(AttemptLimit.address.statement(key: key, now: now))
                guard !counted.isEmpty else { throw try locked(key, now, on: connection) }
            }
            let own = SignInKey.name(folded, from: origin.address)
            let counted = try connection.query(AttemptLimit.nameFromAddress.statement(key: own, now: now))
            guard let row = counted.first else { throw try locked(own, now, on: connection) }
            let failures: Int = try row.get("failures")
            try countByName(
                folded,
                isFirstOfAddress: failures <= AttemptLimit.nameFromAddress.threshold,
                origin,
                now,
                on: connection
            )
            return failures
        }
    }

    /// Counts an attempt by its name alone, against guesses from many addresses.
    ///
    /// Where the person is signed in already they are not kept out by what others do elsewhere.
    private func countByName(
        _ folded: String,
        isFirstOfAddress: Bool,
        _ origin: SignInOrigin,
        _ now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws {
        let isKnownHere = try !connection.query(
            """
            SELECT FROM sessions s JOIN people p ON p.id = s.person_id
            WHERE (p.name = \(folded) OR p.email = \(folded)) AND s.address = \(origin.address) AND s.expires_at > \(now)
            LIMIT 1
            """
        ).isEmpty
        guard !isKnownHere else { return }
        let key = SignInKey.name(folded)
        if isFirstOfAddress {
            let counted = try connection.query(AttemptLimit.name.statement(key: key, now: now))
            guard !counted.isEmpty else { throw try locked(key, now, on: connection) }
        } else {
            let locks = try connection.query(
                "SELECT FROM sign_in_attempts WHERE key = \(key) AND locked_until > \(now)"
            )
            guard locks.isEmpty else { throw try locked(key, now, on: connection) }
        }
    }

    /// What was typed as a name that nobody has may be a password: it is not written down.
    private func noteLock(of name: String?, _ origin: SignInOrigin) async throws {
        try await note(
            securityEvent: SecurityEvent(
                .accountLocked,
                subject: name ?? "an unknown name",
                address: origin.address,
                detail: "\(AttemptLimit.nameFromAddress.threshold) sign-ins or more have failed one after another."
            )
        )
    }

    private func locked(
        _ key: [UInt8],
        _ now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws -> StoreError {
        let until = try connection.query("SELECT locked_until FROM sign_in_attempts WHERE key = \(key)").first?
            .get(0, as: UnixTime.self)
        let seconds = max(1, ((until ?? now) - now).components.seconds)
        return StoreError(.signInLocked, "too many sign-ins have failed: try again in \(seconds) seconds")
    }

    /// A sign-in that succeeds clears its name, and takes itself off the address's count.
    private func forgive(_ folded: String, _ origin: SignInOrigin, on connection: isolated PostgresConnection) throws {
        let keys = [SignInKey.name(folded), SignInKey.name(folded, from: origin.address)]
        try connection.query("DELETE FROM sign_in_attempts WHERE key = ANY (\(keys))")
        guard let address = origin.address else { return }
        try connection.query(
            """
            UPDATE sign_in_attempts SET failures = greatest(failures - 1, 0), locked_until = last_at
            WHERE key = \(SignInKey.address(address))
            """
        )
    }
}
