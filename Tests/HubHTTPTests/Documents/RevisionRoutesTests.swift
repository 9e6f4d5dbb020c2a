import HubTestSupport
import Concurrency
import HubAPI
import HubStore
import JSON
import Testing
import Values

@Suite struct RevisionRoutesTests {
    @Test func `the history is the newest first, page by page`() async throws {
        try await HubTest.with { hub, caller in
            for number in 1...5 { try await hub.commit(put: [.team("team\(number)")]) }
            var numbers: [Int64] = []
            var before: String?
            repeat {
                let path = Route.revisions.path(query: [("limit", "2"), ("before", before)])
                let page = try await caller.get(path).message(HubAPI.Page<HubAPI.Revision>.self)
                #expect(page.items.count <= 2)
                numbers += page.items.map(\.number)
                before = page.next
            } while before != nil
            #expect(numbers == [5, 4, 3, 2, 1])
        }
    }

    @Test func `a hub without values has an empty history`() async throws {
        try await HubTest.with { _, caller in
            let page = try await caller.get(Route.revisions.path()).message(HubAPI.Page<HubAPI.Revision>.self)
            #expect(page.items.isEmpty)
            #expect(page.next == nil)
        }
    }

    @Test func `a revision says who, when, why and what`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a"), .team("b"), .service("x", team: "a", port: 80)])
            try await hub.commit(
                put: [.team("c"), .service("x", team: "a", port: 81)],
                delete: [Document.team("b").id]
            )
            let revision = try await caller.get(Route.revision.path("2")).message(HubAPI.Revision.self)
            #expect(revision.number == 2)
            #expect(revision.author == "alice")
            #expect(revision.message == "test")
            #expect(revision.time == hub.now.rfc3339)
            #expect(revision.changeCount == 3)
            let changes = Dictionary(uniqueKeysWithValues: revision.changes.map { ($0.document, $0.change) })
            #expect(
                changes == [
                    Document.team("b").id: .removed, Document.team("c").id: .added,
                    Document.service("x", team: "a").id: .changed,
                ]
            )
        }
    }

    @Test(arguments: ["2", "0", "-1", "no-tag", "99999999999999999999"])
    func `what is no revision is not found`(number: String) async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            try await caller.get(Route.revision.path(number)).problem(.notFound)
        }
    }

    @Test func `the history of a document shows every version with what it changed, secrets as markers`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("demo", spec: ["password": "c4nary-one"]), .team("other")])
            try await hub.commit(put: [.team("other", spec: ["resourceQuota": ["pods": "9"]])])
            try await hub.commit(
                put: [.team("demo", spec: ["password": "c4nary-two", "resourceQuota": ["pods": "9"]])]
            )
            let answer = try await caller.get(Route.revisions.path(query: [("document", "team/demo")]))
            #expect(!answer.text.contains("c4nary"))
            let page = try answer.message(HubAPI.Page<HubAPI.Revision>.self)
            #expect(page.items.map(\.number) == [3, 1])
            #expect(page.items.first?.changes.map(\.change) == [.changed])
            let fields = try #require(page.items.first?.changes.first?.fields)
            #expect(fields.map(\.pointer.description) == ["/password", "/resourceQuota"])
            #expect(fields[1].before == nil && fields[1].after == ["pods": "9"])
            #expect(fields[0].after.map(SecretMarker.isMarker) == true)
        }
    }

    @Test func `the history narrows to a team, and to what applied to a cluster`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            let elsewhere = Document.team("far", spec: ["placement": ["clusters": ["tokyo"]]])
            for document in [Document.team("demo"), elsewhere, .service("web", team: "demo")] {
                try await hub.commit(put: [document])
            }
            var numbers: [[Int64]] = []
            for query in [("team", "demo"), ("cluster", "paris"), ("document", "service/demo/web")] {
                let path = Route.revisions.path(query: [query])
                numbers.append(
                    try await caller.get(path).message(HubAPI.Page<HubAPI.Revision>.self).items.map(\.number)
                )
            }
            #expect(numbers == [[3, 1], [3, 1], [3]])
            try await caller.get(Route.revisions.path(query: [("document", "pod/x")])).problem(.badRequest)
            try await caller.get(Route.revisions.path(query: [("cluster", "rome")])).problem(.notFound)
            try await caller.get(Route.revisions.path(query: [("cluster", "paris"), ("team", "demo")]))
                .problem(.badRequest)
        }
    }

    @Test func `a team's people see the history of their own clusters and documents only`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            try await hub.commit(put: [.team("a"), .team("b", spec: ["placement": ["clusters": ["tokyo"]]])])
            try await hub.commit(put: [.team("b", spec: ["placement": ["clusters": ["rome"]]])])
            try await hub.commit(put: [.service("web", team: "a")])
            let member = caller.with(
                token: try await hub.token("ann", try #require(Grant.team("a", .teamMember)))
            )
            let all = try await member.get(Route.revisions.path(query: [("cluster", "paris")]))
                .message(HubAPI.Page<HubAPI.Revision>.self)
            #expect(all.items.map(\.number) == [3, 1])
            let diff = try await member.get(Route.revisionDiff.path("3", query: [("from", "0")]))
                .message(HubAPI.Page<HubAPI.DocumentChange>.self)
            #expect(diff.items.map(\.document.owningTeam) == ["a", "a"])
            let stranger = caller.with(
                token: try await hub.token("bea", try #require(Grant.team("b", .teamMember)))
            )
            try await stranger.get(Route.revisions.path(query: [("cluster", "paris")])).problem(.notFound)
        }
    }

    @Test func `two revisions are compared page by page, and named by tags`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            try await hub.commit(put: (0..<5).map { Document.team("t\($0)") })
            _ = try await caller.post(Route.revisionTags.path("1"), TagRequest(name: "start")).message(TagEntry.self)
            var found: [String] = []
            var after: String?
            repeat {
                let query = [("from", "start"), ("after", after), ("limit", "2")]
                let page = try await caller.get(Route.revisionDiff.path("latest", query: query))
                    .message(HubAPI.Page<HubAPI.DocumentChange>.self)
                #expect(page.items.count <= 2)
                found += page.items.map(\.document.name)
                after = page.next
            } while after != nil
            #expect(found == ["t0", "t1", "t2", "t3", "t4"])
            let own = try await caller.get(Route.revisionDiff.path("1")).message(
                HubAPI.Page<HubAPI.DocumentChange>.self
            )
            #expect(own.items.map(\.document.name) == ["a"])
            try await caller.get(Route.revisionDiff.path("9")).problem(.notFound)
        }
    }
}
