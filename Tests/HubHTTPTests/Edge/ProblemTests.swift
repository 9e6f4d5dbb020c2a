import HubTestSupport
import HTTPTypes
import HubAPI
import HubStore
import JSON
import Testing

@Suite struct ProblemTests {
    @Test(arguments: ["/", "/api/v1", "/api/v1/nothing", "/api/v2/clusters", "/agent/v1/nothing"])
    func `an unknown path is a problem that names it`(path: String) async throws {
        try await HubTest.with { _, caller in
            let problem = try await caller.get(path).problem(.notFound)
            #expect(problem.detail.contains(path))
        }
    }

    @Test(arguments: ["", "{", "[1,]", "{\"name\": \"a\" \"b\"}", "\u{0}"])
    func `a body that is no JSON is a bad request`(body: String) async throws {
        try await HubTest.with { hub, caller in
            try await caller.send(.post, Route.clusters.path(), body: Array(body.utf8)).problem(.badRequest)
            #expect(try await hub.store.allClusters().isEmpty)
        }
    }

    @Test func `a member that is missing is named`() async throws {
        try await HubTest.with { _, caller in
            let body: JSONValue = ["name": "a"]
            let problem = try await caller.post(Route.clusters.path(), body).problem(.badRequest)
            #expect(problem.detail.contains("provider"))
        }
    }

    @Test func `a body beyond the bound is too large`() async throws {
        try await HubTest.with { _, caller in
            let body = [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) + 1)
            let problem = try await caller.send(.post, Route.clusters.path(), body: body).problem(.tooLarge)
            #expect(problem.detail.contains("1048576"))
        }
    }

    @Test func `a commit may be larger than an ordinary message, up to its own bound`() async throws {
        try await HubTest.with { hub, caller in
            let commit = CommitRequest(message: "Add demo", put: [.team("demo")])
            let padding = [UInt8](repeating: UInt8(ascii: " "), count: 2 << 20)
            let body = commit.json.serialized() + padding
            #expect(try await caller.send(.post, Route.commits.path(), body: body).status == 200)
            let more = [UInt8](repeating: UInt8(ascii: " "), count: (16 << 20) + 1)
            try await caller.send(.post, Route.commits.path(), body: more).problem(.tooLarge)
            #expect(try await hub.store.latestRevision() == 1)
        }
    }

    @Test(arguments: ["limit=-1", "limit=many", "limit=1001", "revision=-1"])
    func `a query item that is no number in its bounds is named`(query: String) async throws {
        try await HubTest.with { _, caller in
            let problem = try await caller.get("\(Route.documents.path())?\(query)").problem(.badRequest)
            #expect(problem.detail.contains(query.prefix { $0 != "=" }))
        }
    }

    @Test func `a database that is gone is unavailable, not a fault of the caller`() async throws {
        try await HubTest.with { hub, caller in
            await hub.loseDatabase()
            let answer = try await caller.get(Route.status.path())
            try answer.problem(.unavailable)
            #expect(answer.headers[.retryAfter] == "1")
        }
    }
}
