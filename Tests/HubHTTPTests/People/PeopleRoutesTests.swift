import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

@testable import HubHTTP

/// Who manages people, roles and tokens, and who does not.
@Suite struct PeopleRoutesTests {
    private static let demoAdmin = RoleGrant(role: "teamAdmin", team: "demo")
    private static let demoMember = RoleGrant(role: "teamMember", team: "demo")

    /// A caller for a new person with these roles.
    private static func person(
        _ name: String,
        _ grants: RoleGrant...,
        hub: HubTest,
        _ caller: HubCaller
    ) async throws -> HubCaller {
        try await hub.addPerson(name, Set(grants.compactMap(\.grant)))
        let request = SignInRequest(name: name, password: "four small grey cats", isForCommandLine: true)
        let entry = try await caller.with(token: nil).post(Route.session.path(), request).message(SessionEntry.self)
        return caller.with(token: entry.token)
    }

    @Test func `an administrator adds, lists, disables, enables and removes people`() async throws {
        try await HubTest.with { _, caller in
            let request = NewPersonRequest(name: "Alice", email: "a@example.com", grants: [Self.demoAdmin])
            let added = try await caller.post(Route.people.path(), request)
            #expect(added.status == 201 && added.headers[.cacheControl] == "no-store")
            #expect(try added.message(PersonWithCode.self).person.name == "alice")
            try await caller.post(Route.people.path(), request).problem(.alreadyExists)
            let listed = try await caller.get(Route.people.path()).message(HubAPI.Page<PersonEntry>.self).items
            #expect(listed.map(\.name) == ["alice"])
            #expect(listed.first?.grants == [RoleGrant(role: "teamAdmin", team: "demo", source: "local")])
            let disabled = try await caller.send(.put, Route.personDisabled.path("alice")).message(PersonEntry.self)
            #expect(disabled.disabledAt != nil)
            let enabled = try await caller.delete(Route.personDisabled.path("alice")).message(PersonEntry.self)
            #expect(enabled.disabledAt == nil)
            #expect(try await caller.post(Route.personCode.path("alice"), [:] as JSONValue).status == 201)
            #expect(try await caller.delete(Route.person.path("alice")).status == 204)
            try await caller.delete(Route.person.path("alice")).problem(.notFound)
            try await caller.get(Route.person.path("alice")).problem(.notFound)
        }
    }

    @Test(arguments: [
        RoleGrant(role: "king"), RoleGrant(role: "teamAdmin"), RoleGrant(role: "auditor", team: "demo"),
    ])
    func `what is no role is refused`(grant: RoleGrant) async throws {
        try await HubTest.with { hub, caller in
            try await hub.addPerson("alice", [])
            try await caller.post(Route.personGrants.path("alice"), grant).problem(.invalid)
        }
    }

    @Test func `a team's admin has the team's members and nothing more`() async throws {
        try await HubTest.with { hub, caller in
            let admin = try await Self.person("alice", Self.demoAdmin, hub: hub, caller)
            try await hub.addPerson("bob", [])
            try await hub.addPerson("carol", [.platformAdmin])
            let grants = Route.personGrants.path("bob")
            #expect(try await admin.post(grants, Self.demoMember).status == 200)
            for other in [
                Self.demoAdmin, RoleGrant(role: "teamMember", team: "other"), RoleGrant(role: "platformAdmin"),
                RoleGrant(role: "auditor"),
            ] {
                try await admin.post(grants, other).problem(.forbidden)
                let path = Route.personGrants.path("carol", query: [("role", other.role), ("team", other.team)])
                try await admin.delete(path).problem(.forbidden)
            }
            let seen = try await admin.get(Route.people.path()).message(HubAPI.Page<PersonEntry>.self).items
            #expect(seen.map(\.name) == ["alice", "bob"])
            try await admin.get(Route.person.path("carol")).problem(.notFound)
            try await admin.post(Route.people.path(), NewPersonRequest(name: "dave")).problem(.forbidden)
            try await admin.delete(Route.person.path("bob")).problem(.forbidden)
            try await admin.send(.put, Route.personDisabled.path("bob")).problem(.forbidden)
            try await admin.post(Route.personCode.path("carol"), [:] as JSONValue).problem(.forbidden)
            try await admin.delete(Route.cluster.path("paris")).problem(.forbidden)
            let path = Route.personGrants.path("bob", query: [("role", "teamMember"), ("team", "demo")])
            #expect(try await admin.delete(path).status == 200)
        }
    }

    @Test func `a team's admin sees of people what concerns the team`() async throws {
        try await HubTest.with { hub, caller in
            let admin = try await Self.person("alice", Self.demoAdmin, hub: hub, caller)
            let other = RoleGrant(role: "teamMember", team: "other")
            try await hub.addPerson("bob", Set([Self.demoMember.grant, other.grant, Grant.auditor].compactMap(\.self)))
            try await hub.addPerson("carol", Set([other.grant].compactMap(\.self)))
            let shown = try await admin.get(Route.person.path("bob")).message(PersonEntry.self)
            #expect(shown.grants.map(\.team) == ["demo"])
            #expect(try await caller.get(Route.person.path("bob")).message(PersonEntry.self).grants.count == 3)

            let granted = try await admin.post(Route.personGrants.path("carol"), Self.demoMember)
            #expect(try granted.message(PersonEntry.self).grants.map(\.team) == ["demo"])
            func revoke(_ name: String) async throws -> HubAnswer {
                let path = Route.personGrants.path(name, query: [("role", "teamMember"), ("team", "demo")])
                return try await admin.delete(path)
            }
            let revoked = try await revoke("carol").message(PersonEntry.self)
            #expect(revoked.name == "carol" && revoked.grants == [] && !revoked.hasPassword)
            let hidden = try await revoke("carol").problem(.notFound)
            let nobody = try await revoke("nobody").problem(.notFound)
            #expect(hidden.detail == nobody.detail.replacing("nobody", with: "carol"))
        }
    }

    @Test func `a page of people ends with somebody who is shown`() async throws {
        try await HubTest.with { hub, caller in
            let admin = try await Self.person("alice", Self.demoAdmin, hub: hub, caller)
            for name in ["bert", "carl", "dora"] { try await hub.addPerson(name, []) }
            try await hub.addPerson("emil", Set([Self.demoMember.grant].compactMap(\.self)))
            try await hub.addPerson("fred", [])
            func page(_ after: String?) async throws -> HubAPI.Page<PersonEntry> {
                try await admin.get(Route.people.path(query: [("limit", "1"), ("after", after)])).message()
            }
            let first = try await page(nil)
            #expect(first.items.map(\.name) == ["alice"] && first.next == "alice")
            let last = try await page(first.next)
            #expect(last.items.map(\.name) == ["emil"] && last.next == nil)
        }
    }

    @Test func `a member sees and changes nobody`() async throws {
        try await HubTest.with { hub, caller in
            let member = try await Self.person("alice", Self.demoMember, hub: hub, caller)
            try await member.get(Route.people.path()).problem(.forbidden)
            try await member.get(Route.person.path("alice")).problem(.forbidden)
            let own = try await member.get(Route.session.path()).message(SessionEntry.self)
            #expect(own.grants == [Self.demoMember])
            try await member.post(Route.personGrants.path("alice"), Self.demoAdmin).problem(.forbidden)
            try await member.post(Route.imports.path(), [:] as JSONValue).problem(.forbidden)
        }
    }

    // MARK: - Tokens

    @Test func `a token allows no more than its maker may do, and no token makes another`() async throws {
        try await HubTest.with { hub, caller in
            let admin = try await Self.person("alice", Self.demoAdmin, hub: hub, caller)
            func make(_ request: NewTokenRequest, _ caller: HubCaller) async throws -> HubAnswer {
                try await caller.post(Route.tokens.path(), request)
            }
            let own = try await make(NewTokenRequest(name: "all"), admin).message(NewToken.self)
            #expect(own.token.owner == "alice" && own.token.grant == nil)
            let less = NewTokenRequest(name: "member", grant: Self.demoMember)
            #expect(try await make(less, admin).status == 201)
            for more in [RoleGrant(role: "platformAdmin"), RoleGrant(role: "teamMember", team: "other")] {
                try await make(NewTokenRequest(name: "more", grant: more), admin).problem(.forbidden)
            }
            let machine = NewTokenRequest(name: "m", grant: Self.demoMember, isForMachine: true)
            try await make(machine, admin).problem(.forbidden)
            let stolen = caller.with(token: own.secret)
            try await make(NewTokenRequest(name: "again"), stolen).problem(.forbidden)
            try await stolen.delete(Route.session.path()).problem(.badRequest)
            #expect(try await stolen.get(Route.session.path()).message(SessionEntry.self).name == "alice/all")
            #expect(try await make(machine, caller).message(NewToken.self).token.owner == nil)
        }
    }

    @Test func `a token that may only read changes nothing, whatever its role`() async throws {
        try await HubTest.with { hub, caller in
            let admin = try await Self.person("alice", RoleGrant(role: "platformAdmin"), hub: hub, caller)
            let request = NewTokenRequest(name: "look", isReadOnly: true)
            let made = try await admin.post(Route.tokens.path(), request).message(NewToken.self)
            let reader = caller.with(token: made.secret)
            #expect(try await reader.get(Route.clusters.path()).status == 200)
            try await reader.post(Route.people.path(), NewPersonRequest(name: "x")).problem(.forbidden)
            try await reader.delete(Route.token.path("look")).problem(.forbidden)
        }
    }

    @Test func `tokens are listed with their last use, and revoked by their owner or an administrator`() async throws {
        try await HubTest.with { hub, caller in
            let alice = try await Self.person("alice", RoleGrant(role: "auditor"), hub: hub, caller)
            let bob = try await Self.person("bob", RoleGrant(role: "auditor"), hub: hub, caller)
            let made = try await alice.post(Route.tokens.path(), NewTokenRequest(name: "ci", lifetimeSeconds: 60))
                .message(NewToken.self)
            #expect(try await caller.with(token: made.secret).get(Route.clusters.path()).status == 200)
            let listed = try await alice.get(Route.tokens.path()).message(HubAPI.Page<TokenEntry>.self).items
            #expect(listed.map(\.name) == ["ci"] && listed.first?.lastUsedAt != nil)
            try await bob.delete(Route.token.path("ci")).problem(.notFound)
            try await bob.delete(Route.token.path("ci", query: [("owner", "alice")])).problem(.forbidden)
            try await bob.get(Route.tokens.path(query: [("all", "true")])).problem(.forbidden)
            let all = try await caller.get(Route.tokens.path(query: [("all", "true")]))
            #expect(try all.message(HubAPI.Page<TokenEntry>.self).items.count == 2)
            let path = Route.token.path("ci", query: [("owner", "alice")])
            #expect(try await caller.delete(path).status == 204)
            try await caller.with(token: made.secret).get(Route.clusters.path()).problem(.unauthenticated)
            let long = NewTokenRequest(name: "long", lifetimeSeconds: 400 * 86400)
            try await alice.post(Route.tokens.path(), long).problem(.invalid)
        }
    }
}
