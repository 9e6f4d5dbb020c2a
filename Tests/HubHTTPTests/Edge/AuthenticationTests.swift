import Values
import HubTestSupport
import HTTPTypes
import HubAPI
import HubStore
import Testing

@Suite struct AuthenticationTests {
    @Test(arguments: [
        Route.clusters.path(), Route.cluster.path("a"), Route.clusterValues.path("a"), Route.documents.path(),
        Route.revisions.path(), Route.revision.path("1"), Route.status.path(),
    ])
    func `a request without a token is told how to sign in`(path: String) async throws {
        try await HubTest.with { _, caller in
            let answer = try await caller.with(token: nil).get(path)
            #expect(try answer.problem(.unauthenticated).hint?.contains("OTOMI_TOKEN") == true)
            #expect(answer.headers[.wwwAuthenticate] == "Bearer")
        }
    }

    @Test func `a change without a token is refused before its body is read`() async throws {
        try await HubTest.with { hub, caller in
            let answer = try await caller.with(token: nil).send(.post, Route.commits.path(), body: Array("{".utf8))
            try answer.problem(.unauthenticated)
            #expect(try await hub.store.latestRevision() == 0)
        }
    }

    @Test(arguments: ["Bearer otomi_wrong", "Bearer ", "Basic b3RvbWk=", "otomi_test-administrator"])
    func `a wrong token or scheme is refused`(authorization: String) async throws {
        try await HubTest.with { _, caller in
            let answer = try await caller.with(token: nil)
                .send(.get, Route.status.path(), headers: [.authorization: authorization])
            try answer.problem(.unauthenticated)
            #expect(answer.headers[.wwwAuthenticate] == "Bearer")
            #expect(!answer.text.contains("otomi_wrong"))
        }
    }

    @Test func `the scheme's name may be written in any case`() async throws {
        try await HubTest.with { _, caller in
            let answer = try await caller.with(token: nil)
                .send(.get, Route.status.path(), headers: [.authorization: "bearer \(HubTest.adminToken)"])
            #expect(answer.status == 200)
        }
    }

    @Test func `a token that has expired is refused`() async throws {
        try await HubTest.with { hub, caller in
            let token = try await hub.token("ci", .platformAdmin, lifetime: .seconds(60))
            #expect(try await caller.with(token: token).get(Route.status.path()).status == 200)
            hub.advance(by: .seconds(60))
            try await caller.with(token: token).get(Route.status.path()).problem(.unauthenticated)
        }
    }

    @Test func `an auditor reads and changes nothing`() async throws {
        try await HubTest.with { hub, caller in
            let auditor = caller.with(token: try await hub.token("audit", .auditor))
            #expect(try await auditor.get(Route.clusters.path()).status == 200)
            let change = HubAPI.NewCluster(name: "a", provider: "aws", region: "eu")
            let problem = try await auditor.post(Route.clusters.path(), change).problem(.forbidden)
            #expect(problem.detail.contains("audit"))
            try await auditor.delete(Route.cluster.path("a")).problem(.forbidden)
            #expect(try await hub.store.allClusters().isEmpty)
        }
    }
}
