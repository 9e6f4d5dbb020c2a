import HTTPTransport
import JSON

extension HubClient {
    /// The drafts that whoever asks sees, by name and without their edits.
    ///
    /// - Throws: `HubClientError`.
    package func drafts() async throws(HubClientError) -> [DraftEntry] {
        try await everyPage { (client, after) async throws(HubClientError) in
            try await client.get(Route.drafts.path(query: [("after", after)]), action: "listing the drafts")
        }
    }

    /// One draft with its edits.
    ///
    /// - Throws: `HubClientError`; `notFound` also for one that is not theirs to see.
    package func draft(_ name: String) async throws(HubClientError) -> DraftEntry {
        try await get(Route.draft.path(name), action: "reading draft \(name)")
    }

    /// Begins a draft.
    ///
    /// - Throws: `HubClientError`; `conflict` when the name is taken.
    package func makeDraft(_ draft: NewDraftRequest) async throws(HubClientError) -> DraftEntry {
        try await post(Route.drafts.path(), draft.json, action: "making draft \(draft.name)")
    }

    /// Changes a draft.
    ///
    /// - Throws: `HubClientError`; `conflict` with both sides of what somebody else has edited, `invalid` with every fault.
    package func change(draft name: String, _ patch: DraftPatch) async throws(HubClientError) -> DraftEntry {
        let action = "changing draft \(name)"
        return try decode(
            try await send(.patch, Route.draft.path(name), body: patch.json, action: action),
            action: action
        )
    }

    /// Throws a draft away.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that name.
    package func discard(draft name: String) async throws(HubClientError) {
        _ = try await send(.delete, Route.draft.path(name), action: "discarding draft \(name)")
    }

    /// Brings a draft up to the latest revision.
    ///
    /// - Throws: `HubClientError`; `notFound` for no such draft, or an edit that it has not.
    package func rebase(
        draft name: String,
        _ request: DraftRebaseRequest
    ) async throws(HubClientError) -> DraftRebaseResult {
        try await post(Route.draftRebase.path(name), request.json, action: "rebasing draft \(name)")
    }

    /// Makes one revision of a draft.
    ///
    /// - Throws: `HubClientError`; `conflict` with both sides and what they began with, `invalid` with every fault. The draft
    ///   is still there then.
    package func commit(
        draft name: String,
        _ request: DraftCommitRequest
    ) async throws(HubClientError) -> CommitResult {
        try await post(Route.draftCommit.path(name), request.json, action: "committing draft \(name)")
    }
}
