import HTTPTypes
import HubAPI
import HubTestSupport
import Hummingbird
import JSON
import Testing
import Values

@testable import HubHTTP

/// Every route of the hub asks for permission, and which ones do not is written down here.
@Suite struct GuardedRoutesTests {
    /// What is open to whoever reaches the hub, with the reason.
    private static let open: Set<String> = [
        "/livez", "/readyz", "/metrics",  // orchestrators
        "/install/v1/{secret}",  // the address is the credential
        // Where somebody signs in, or proves who they are by what they send.
        "/auth/login", "/auth/callback", "/auth/password", "/auth/logout", "/auth/signed-out",
        "/auth/device", "/auth/device/decision", "/auth/token", "/auth/revoke",
        "POST /api/v1/session", "POST /api/v1/password",
    ]
    /// What everybody who is known may do with their own account, and what the hub answers to it here.
    private static let own = [
        "GET /api/v1/session": 200,
        "DELETE /api/v1/session": 400,  // a token is no session
        "POST /api/v1/tokens": 400,  // the body is empty
    ]
    private static let ofAgents = "/agent/v1/"

    @Test func `no route of people answers who has no role`() async throws {
        try await HubTest.with { hub, caller in
            let nobody = caller.with(token: try await hub.token("member", try #require(.team("none", .teamMember))))
            let reads: Set<Route> = [
                .clusters, .documents, .revisions, .status, .permissions, .events, .drafts, .tags,
            ]
            for route in hub.application.router.routes {
                let path = "\(route.path)"
                let name = "\(route.method) \(path)"
                guard !Self.open.contains(path), !Self.open.contains(name), !path.hasPrefix(Self.ofAgents) else {
                    continue
                }
                let filled = path.replacing("{name}", with: "paris").replacing("{number}", with: "1")
                let unknown = try await caller.with(token: nil).send(route.method, filled, body: Array("{}".utf8))
                #expect(unknown.status == 401, "\(name) answers whoever asks: \(unknown.status)")
                // A team that is nowhere: lists are empty, and nothing else is theirs.
                let answer = try await nobody.send(route.method, filled, body: Array("{}".utf8))
                let isRead = route.method == .get && reads.contains { $0.rawValue == path }
                let mayBeHidden =
                    route.method == .get || path == Route.commits.rawValue || path.hasPrefix(Route.drafts.rawValue)
                    || [Route.revisionRestoration, .revisionReversal, .plans].contains { $0.rawValue == path }
                let expected = Self.own[name].map { [$0] } ?? (isRead ? [200] : mayBeHidden ? [400, 403, 404] : [403])
                #expect(expected.contains(answer.status), "\(name): \(answer.status) \(answer.text)")
            }
        }
    }

    @Test func `every route of the table is served`() async throws {
        try await HubTest.with { hub, _ in
            let served = Set(hub.application.router.routes.map { "\($0.path)" })
            let missing = Route.allCases.filter { !served.contains($0.rawValue) }
            #expect(missing.isEmpty)
        }
    }

    @Test func `permissions tell what a console greys out`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo", spec: ["selfService": ["team": ["oidc"]]])])
            let token = try await hub.token("lead", try #require(.team("demo", .teamAdmin)))
            let permissions: Permissions = try await caller.with(token: token).get(Route.permissions.path()).message()
            #expect(permissions.roles == [Permissions.Role(name: "teamAdmin", team: "demo")])
            #expect(permissions.actions["commitDocuments"] == "ownTeam")
            #expect(permissions.actions["addCluster"] == "refused")
            let team = try #require(permissions.documents.first { $0.kind == "Team" })
            #expect(team.fields["oidc"] == true)
            #expect(team.fields["alerts"] == false)
            #expect(team.flags["alerts"] == "team/alerts")
            #expect(team.fields["selfService"] == false)
            #expect(team.flags["selfService"] == nil)
            #expect(!team.mayCreateAndDelete)
            let admin: Permissions = try await caller.get(Route.permissions.path()).message()
            #expect(Set(admin.actions.values) == ["allowed"])
            #expect(admin.documents.isEmpty)
        }
    }
}
