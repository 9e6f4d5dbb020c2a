import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// The people who may sign in, and what they were granted.
struct PeopleRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.people, .readPeople, use: list)
        routes.post(.people, .changePeople, use: create)
        routes.get(.person, .readPeople, use: show)
        routes.delete(.person, .changePeople, use: remove)
        routes.post(.personCode, .changePeople, use: issueCode)
        routes.put(.personDisabled, .changePeople, use: disable)
        routes.delete(.personDisabled, .changePeople, use: enable)
        routes.post(.personGrants, .changeGrants, use: grant)
        routes.delete(.personGrants, .changeGrants, use: revoke)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let rules = PeopleRules(principal: try context.requireCaller().principal)
        try rules.requireSeeing()
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 500)
        let page = try await page(after: request.query("after"), limit: max(1, limit), rules)
        return Response(HubAPI.Page(items: page.items.map { PersonEntry($0, rules) }, next: page.next))
    }

    /// One page of the people who may be seen: full pages, and nothing of whoever is left out between.
    private func page(after: String?, limit: Int, _ rules: PeopleRules) async throws -> StorePage<Person> {
        guard !rules.seesEverybody else { return try await store.people(after: after, limit: limit) }
        var shown: [Person] = []
        var next = after
        repeat {
            let page = try await store.people(after: next)
            shown += page.items.filter { rules.maySee($0) }
            next = page.next
        } while next != nil && shown.count <= limit
        let items = Array(shown.prefix(limit))
        return StorePage(items: items, next: shown.count > items.count ? items.last?.name : nil)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let rules = PeopleRules(principal: try context.requireCaller().principal)
        return Response(PersonEntry(try await person(named: try context.parameters.require("name"), rules), rules))
    }

    /// Somebody who may be seen; of others the same words as of nobody.
    private func person(named name: String, _ rules: PeopleRules) async throws -> Person {
        let person = try await store.person(named: name)
        guard rules.maySee(person) else { throw StoreError(.notFound, "person '\(name)' does not exist") }
        return person
    }

    private func create(_ request: Request, _ context: HubContext) async throws -> Response {
        let store = try managed(context)
        let message = try await request.message(NewPersonRequest.self)
        let person = try await store.createPerson(
            NewPerson(
                name: message.name,
                email: message.email,
                displayName: message.displayName,
                grants: Set(try message.grants.map { try $0.requireGrant() })
            )
        )
        context.logger.notice("person added", metadata: ["person": "\(person.name)"])
        return try await withCode(person, store)
    }

    private func issueCode(_ request: Request, _ context: HubContext) async throws -> Response {
        let store = try managed(context)
        return try await withCode(try await store.person(named: try context.parameters.require("name")), store)
    }

    private func withCode(_ person: Person, _ store: HubStore) async throws -> Response {
        let code = try await store.issuePasswordCode(for: person.name)
        return Response(
            PersonWithCode(person: PersonEntry(person), code: code.text, codeExpiresAt: code.expiresAt.rfc3339),
            status: .created,
            headers: [.cacheControl: "no-store"]
        )
    }

    private func remove(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        try await managed(context).deletePerson(named: name)
        context.logger.notice("person removed", metadata: ["person": "\(name)"])
        return Response(status: .noContent)
    }

    private func disable(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        try await managed(context).disablePerson(named: name)
        context.logger.notice("person disabled", metadata: ["person": "\(name)"])
        return Response(PersonEntry(try await store.person(named: name)))
    }

    private func enable(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        try await managed(context).enablePerson(named: name)
        context.logger.notice("person enabled", metadata: ["person": "\(name)"])
        return Response(PersonEntry(try await store.person(named: name)))
    }

    private func grant(_ request: Request, _ context: HubContext) async throws -> Response {
        let wanted = try await request.message(RoleGrant.self)
        return try await change(wanted, context) { store, grant, name in try await store.grant(grant, to: name) }
    }

    private func revoke(_ request: Request, _ context: HubContext) async throws -> Response {
        let wanted = RoleGrant(role: request.query("role") ?? "", team: request.query("team"))
        return try await change(wanted, context) { store, grant, name in
            let rules = PeopleRules(principal: try context.requireCaller().principal)
            _ = try await person(named: name, rules)
            try await store.revoke(grant, from: name)
        }
    }

    private func change(
        _ wanted: RoleGrant,
        _ context: HubContext,
        _ make: (HubStore, Grant, _ name: String) async throws -> Void
    ) async throws -> Response {
        let caller = try context.requireCaller()
        let grant = try wanted.requireGrant()
        let rules = PeopleRules(principal: caller.principal)
        try rules.requireGranting(grant)
        let name = try context.parameters.require("name")
        try await make(store, grant, name)
        context.logger.notice("roles changed", metadata: ["person": "\(name)", "role": "\(wanted.text)"])
        let person = try await store.person(named: name)
        // Whose last role in the team was taken is hidden from its admin from now on.
        guard rules.maySee(person) else {
            return Response(PersonEntry(name: person.name, createdAt: person.createdAt.rfc3339))
        }
        return Response(PersonEntry(person, rules))
    }

    /// The store on behalf of somebody who manages people.
    private func managed(_ context: HubContext) throws -> HubStore {
        let caller = try context.requireCaller()
        try PeopleRules(principal: caller.principal).requireManaging()
        return store
    }
}

extension RoleGrant {
    /// What the message stands for.
    ///
    /// - Throws: `Problem` of kind `invalid`.
    func requireGrant() throws -> Grant {
        if let grant { return grant }
        let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw Problem(
            .invalid,
            detail: "'\(text)' is no role: there are \(roles); those of teams need a team, the others take none."
        )
    }
}

extension PersonEntry {
    /// Somebody with those of their roles that may be seen.
    init(_ person: Person, _ rules: PeopleRules) {
        self.init(person)
        grants = person.grants.filter { rules.maySee($0.grant) }.map { RoleGrant($0.grant, source: $0.source.rawValue) }
    }

    init(_ person: Person) {
        self.init(
            name: person.name,
            email: person.email,
            displayName: person.displayName,
            hasPassword: person.hasPassword,
            issuer: person.issuer,
            createdAt: person.createdAt.rfc3339,
            lastSignInAt: person.lastSignInAt?.rfc3339,
            disabledAt: person.disabledAt?.rfc3339,
            grants: person.grants.map { RoleGrant($0.grant, source: $0.source.rawValue) }
        )
    }
}
