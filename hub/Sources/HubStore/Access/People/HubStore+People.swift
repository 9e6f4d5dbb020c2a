import Concurrency
import Postgres
package import Values

extension HubStore {
    /// Adds somebody, who cannot sign in before they have a password or an identity provider vouches for them.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when the name or the address is somebody's, `.invalid`.
    @discardableResult
    package func createPerson(_ new: NewPerson) async throws -> Person {
        let name = try PersonName.checked(new.name, "name")
        let email = try new.email.map { try PersonName.checked($0, "address") }
        return try await write(
            "store.person.create",
            "person '\(name)' was not added",
            audit: .entry(
                .changePeople,
                "person \(name)",
                detail: new.grants.isEmpty ? "added" : "added, given \(Grant.list(new.grants))"
            )
        ) { connection in
            let id = try insertPerson(name, email, new.displayName, external: nil, on: connection)
            try addGrants(new.grants, to: id, source: .local, on: connection)
            return try people("p.id = \(id)", on: connection).first.orNotFound("person '\(name)'")
        }
    }

    func insertPerson(
        _ name: String,
        _ email: String?,
        _ displayName: String,
        external: ExternalIdentity?,
        on connection: isolated PostgresConnection
    ) throws -> String {
        // One's name is nobody else's address: both are taken at sign-in.
        let taken = try connection.query(
            """
            SELECT FROM people
            WHERE name IN (\(name), \(email)) OR email IN (\(name), \(email))
            """
        )
        guard taken.isEmpty else {
            throw StoreError(.alreadyExists, "the name '\(name)' or its address is somebody's: choose another one")
        }
        return try connection.query(
            """
            INSERT INTO people (name, email, display_name, issuer, subject, created_at, created_by)
            VALUES (\(name), \(email), \(String(displayName.prefix(200))), \(external?.issuer), \(external?.subject),
                \(clock()), \(actor.principal.name))
            RETURNING id
            """
        )[0].get(0)
    }

    /// One page of the people by name.
    ///
    /// `after`: the `next` of the page before.
    ///
    /// - Throws: `StoreError`.
    package func people(after: String? = nil, limit: Int = 500) async throws -> Page<Person> {
        let limit = max(1, min(limit, 1000))
        let found = try await read("people cannot be read") { connection in
            try people("p.name > \(after ?? "")", limit: limit + 1, on: connection)
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last?.name : nil)
    }

    /// The person of that name.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func person(named name: String) async throws -> Person {
        try await read("person '\(name)' cannot be read") { connection in
            try people("p.name = \(name.lowercased())", on: connection).first.orNotFound("person '\(name)'")
        }
    }

    /// Keeps somebody out from now on: their sessions end, and their tokens have no power.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func disablePerson(named name: String) async throws {
        let now = clock()
        try await write(
            "store.person.disable",
            "person '\(name)' was not disabled",
            audit: .entry(.changePeople, "person \(name)", detail: "disabled")
        ) { connection in
            let id: String = try connection.query(
                """
                UPDATE people SET disabled_at = coalesce(disabled_at, \(now)) WHERE name = \(name.lowercased())
                RETURNING id
                """
            ).first.orNotFound("person '\(name)'").get(0)
            try connection.pipeline([
                "DELETE FROM sessions WHERE person_id = \(id)", "DELETE FROM password_codes WHERE person_id = \(id)",
                "DELETE FROM device_codes WHERE person_id = \(id)",
            ])
        }
    }

    /// Lets somebody in again who was disabled.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func enablePerson(named name: String) async throws {
        try await write(
            "store.person.enable",
            "person '\(name)' was not enabled",
            audit: .entry(.changePeople, "person \(name)", detail: "enabled")
        ) { connection in
            let changed = try connection.query(
                "UPDATE people SET disabled_at = NULL WHERE name = \(name.lowercased())"
            ).affected
            guard changed == 1 else { throw StoreError(.notFound, "person '\(name)' does not exist") }
        }
    }

    /// Removes somebody with their sessions, their tokens and what they were granted; the history keeps their name.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func deletePerson(named name: String) async throws {
        try await write(
            "store.person.remove",
            "person '\(name)' was not removed",
            audit: .entry(.changePeople, "person \(name)", detail: "removed")
        ) { connection in
            let removed = try connection.query("DELETE FROM people WHERE name = \(name.lowercased())").affected
            guard removed == 1 else { throw StoreError(.notFound, "person '\(name)' does not exist") }
        }
    }

    // MARK: - Grants

    /// Gives somebody a role; it counts from their next request on.
    ///
    /// - Throws: `StoreError.Code.notFound`.
    package func grant(_ grant: Grant, to name: String) async throws {
        try await write(
            "store.grant",
            "nothing was granted to '\(name)'",
            audit: .entry(.changeGrants, "person \(name)", detail: "given \(Grant.list([grant]))")
        ) { connection in
            try addGrants([grant], to: try id(ofPerson: name, on: connection), source: .local, on: connection)
        }
    }

    /// Takes a role away that was granted here; it counts from their next request on.
    ///
    /// What a group of the identity provider stands for is taken away there.
    ///
    /// - Throws: `StoreError.Code.notFound` when they do not have it from here.
    package func revoke(_ grant: Grant, from name: String) async throws {
        try await write(
            "store.grant.revoke",
            "nothing was taken from '\(name)'",
            audit: .entry(.changeGrants, "person \(name)", detail: "no longer \(Grant.list([grant]))")
        ) { connection in
            let id = try id(ofPerson: name, on: connection)
            let removed = try connection.query(
                """
                DELETE FROM grants WHERE person_id = \(id) AND role = \(grant.role.rawValue)
                    AND team = \(grant.storedTeam) AND source = \(HeldGrant.Source.local.rawValue)
                """
            ).affected
            guard removed == 1 else {
                throw StoreError(.notFound, "'\(name)' was not granted the role \(grant.role.rawValue) here")
            }
        }
    }

    /// Makes what an identity provider's groups stand for exactly `grants`; what was granted here stays.
    ///
    /// - Returns: what has changed, for the audit log; `nil` when nothing has.
    func replaceExternalGrants(
        of id: String,
        with grants: Set<Grant>,
        on connection: isolated PostgresConnection
    ) throws -> String? {
        let kept = grants.map { "\($0.role.rawValue)/\($0.storedTeam)" }
        let removed = try connection.query(
            """
            DELETE FROM grants WHERE person_id = \(id) AND source = \(HeldGrant.Source.oidc.rawValue)
                AND role || '/' || team <> ALL (\(kept))
            RETURNING role || '/' || team
            """
        ).compactMap { Grant(stored: try $0.get(0, as: String.self)) }
        let added = try addGrants(grants, to: id, source: .oidc, on: connection)
        let parts = [
            added.isEmpty ? nil : "given \(Grant.list(added))",
            removed.isEmpty ? nil : "no longer \(Grant.list(removed))",
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// - Returns: those that the person did not have from there before.
    @discardableResult
    func addGrants(
        _ grants: Set<Grant>,
        to id: String,
        source: HeldGrant.Source,
        on connection: isolated PostgresConnection
    ) throws -> [Grant] {
        var added: [Grant] = []
        for grant in grants {
            let count = try connection.query(
                """
                INSERT INTO grants (person_id, role, team, source, granted_at, granted_by)
                VALUES (\(id), \(grant.role.rawValue), \(grant.storedTeam), \(source.rawValue), \(clock()),
                    \(actor.principal.name))
                ON CONFLICT DO NOTHING
                """
            ).affected
            if count == 1 { added.append(grant) }
        }
        return added
    }

    // MARK: - Rows

    func id(ofPerson name: String, on connection: isolated PostgresConnection) throws -> String {
        try connection.query("SELECT id FROM people WHERE name = \(name.lowercased())").first
            .orNotFound("person '\(name)'").get(0)
    }

    func people(
        _ condition: SQL,
        limit: Int = 1,
        on connection: isolated PostgresConnection
    ) throws -> [Person] {
        try connection.query(
            """
            SELECT p.id, p.name, p.email, p.display_name, p.password_hash IS NOT NULL AS has_password, p.issuer,
                p.created_at, p.last_sign_in_at, p.disabled_at,
                ARRAY(
                    SELECT g.source || '/' || g.role || '/' || g.team FROM grants g WHERE g.person_id = p.id
                    ORDER BY g.team, g.role, g.source
                ) AS grants
            FROM people p WHERE \(condition) ORDER BY p.name LIMIT \(limit)
            """
        ).map(Person.init(row:))
    }
}

extension Person {
    init(row: PostgresRow) throws {
        id = try row.get("id")
        name = try row.get("name")
        email = try row.get("email")
        displayName = try row.get("display_name")
        hasPassword = try row.get("has_password")
        issuer = try row.get("issuer")
        createdAt = try row.get("created_at")
        lastSignInAt = try row.get("last_sign_in_at")
        disabledAt = try row.get("disabled_at")
        grants = try row.get("grants", as: [String].self).compactMap(HeldGrant.init(stored:))
    }
}

extension HeldGrant {
    /// The form in which rows are gathered: `local/teamMember/demo`.
    init?(stored text: String) {
        guard let slash = text.firstIndex(of: "/"), let source = Source(rawValue: String(text[..<slash])),
            let grant = Grant(stored: String(text[text.index(after: slash)...]))
        else { return nil }
        self.init(grant: grant, source: source)
    }
}
