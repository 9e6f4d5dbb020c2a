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

    @Test(arguments: ["2", "0", "-1", "latest", "99999999999999999999"])
    func `what is no revision is not found`(number: String) async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            try await caller.get(Route.revision.path(number)).problem(.notFound)
        }
    }
}
