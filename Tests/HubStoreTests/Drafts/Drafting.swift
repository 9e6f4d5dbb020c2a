import HubStore
import JSON
import Testing
import Values

/// People who work in drafts, and what they write.
enum Drafting {
    static func admin(_ name: String, _ fixture: HubStoreFixture) -> HubStore {
        fixture.store.acting(as: Actor(Principal(kind: .person, name: name, grants: [.platformAdmin])))
    }

    static func member(_ name: String, of team: String, _ fixture: HubStoreFixture) throws -> HubStore {
        let grant = try #require(Grant.team(team, .teamMember))
        return fixture.store.acting(as: Actor(Principal(kind: .person, name: name, grants: [grant])))
    }

    static func team(_ name: String, password: JSONValue? = nil) -> Document {
        Document(id: DocumentID(kind: .team, name: name), spec: password.map { ["password": $0] } ?? [:])
    }

    /// Commits a draft as it is.
    @discardableResult
    static func commit(_ name: String, _ store: HubStore, dryRun: Bool = false) async throws -> CommitResult {
        let draft = try await store.draft(named: name)
        return try await store.commit(
            Commit(
                message: draft.message,
                author: "me",
                put: draft.put,
                delete: draft.delete,
                isDryRun: dryRun,
                source: .draft(name, version: draft.version)
            )
        )
    }
}
