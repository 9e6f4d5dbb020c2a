import HubAPI
import HubStore
import HubTestSupport
import Testing
import Values

@Suite struct TagRoutesTests {
    @Test func `a tag stands wherever a revision's number can`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            try await hub.commit(put: [.team("b")])
            let tag = try await caller.post(Route.revisionTags.path("1"), TagRequest(name: "start", message: "why"))
                .message(TagEntry.self)
            #expect(tag.revision == 1 && tag.author == "bootstrap-admin" && tag.message == "why")
            let documents = try await caller.get(Route.documents.path(query: [("revision", "start")]))
                .message(HubAPI.Page<DocumentEntry>.self)
            #expect(documents.items.map(\.document.id.name) == ["a"])
            let revision = try await caller.get(Route.revision.path("start")).message(HubAPI.Revision.self)
            #expect(revision.number == 1 && revision.tags == ["start"])
            #expect(try await caller.get(Route.revision.path("latest")).message(HubAPI.Revision.self).number == 2)
            let list = try await caller.get(Route.revisions.path()).message(HubAPI.Page<HubAPI.Revision>.self)
            #expect(list.items.map(\.tags) == [[], ["start"]])
        }
    }

    @Test func `tags are listed, clash, and are removed`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            try await hub.commit(put: [.team("b")])
            _ = try await caller.post(Route.revisionTags.path("latest"), TagRequest(name: "good"))
            try await caller.post(Route.revisionTags.path("1"), TagRequest(name: "good")).problem(.alreadyExists)
            try await caller.post(Route.revisionTags.path("1"), TagRequest(name: "12")).problem(.invalid)
            try await caller.post(Route.revisionTags.path("9"), TagRequest(name: "x")).problem(.notFound)
            let tags = try await caller.get(Route.tags.path()).message(HubAPI.Page<TagEntry>.self)
            #expect(tags.items.map(\.revision) == [2])
            #expect(
                try await caller.get(Route.revisionTags.path("2")).message(HubAPI.Page<TagEntry>.self) == tags
            )
            #expect(try await caller.delete(Route.revisionTag.path("good", "good")).status == 204)
            try await caller.delete(Route.revisionTag.path("2", "good")).problem(.notFound)
        }
    }

    @Test func `only platform admins tag`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.team("a")])
            for grant in [try #require(Grant.team("a", .teamAdmin)), .auditor] {
                let other = caller.with(token: try await hub.token("t-\(grant.role.rawValue.lowercased())", grant))
                try await other.post(Route.revisionTags.path("1"), TagRequest(name: "x")).problem(.forbidden)
                #expect(try await other.get(Route.tags.path()).status == 200)
            }
        }
    }
}
