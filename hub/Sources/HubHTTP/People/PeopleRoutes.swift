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
        var page = try await store.people(after: request.query("after"), limit: limit)
        // An empty page would look like the last one.
        while !page.items.contains(where: rules.maySee), let next = page.next {
            page = try await store.people(after: next, limit: limit)
        }
        return Response(HubAPI.Page(items: page.items.filter(rules.maySee).map { PersonEntry($0) }, next: page.next))
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let rules = PeopleRules(principal: try context.requireCaller().principal)
        let person = try await store.person(named: try context.parameters.require("name"))
        guard rules.maySee(person) else {
            throw Problem(.notFound, detail: "person '\(person.name)' does not exist")
        }
        return Response(PersonEntry(person))
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
        return try await change(wanted, context) { store, grant, name in try await store.revoke(grant, from: name) }
    }

    private func change(
        _ wanted: RoleGrant,
        _ context: HubContext,
        _ make: (HubStore, Grant, _ name: String) async throws -> Void
    ) async throws -> Response {
        let caller = try context.requireCaller()
        let grant = try wanted.requireGrant()
        try PeopleRules(principal: caller.principal).requireGranting(grant)
        let name = try context.parameters.require("name")
        try await make(store, grant, name)
        context.logger.notice("roles changed", metadata: ["person": "\(name)", "role": "\(wanted.text)"])
        return Response(PersonEntry(try await store.person(named: name)))
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
