import HTTPTransport
import JSON

extension HubClient {
    /// Where the values are mirrored to, and how that fares.
    ///
    /// - Throws: `HubClientError`; `notFound` when they are mirrored nowhere.
    package func gitMirror() async throws(HubClientError) -> GitMirrorStatus {
        try await get(Route.git.path(), action: "reading the Git mirror")
    }

    /// Sets up where the values are mirrored to.
    ///
    /// - Throws: `HubClientError`; `invalid` when the hub takes no such address, branch or key.
    package func setGitMirror(_ request: GitMirrorRequest) async throws(HubClientError) -> GitMirrorStatus {
        let action = "setting up the Git mirror"
        return try decode(try await send(.put, Route.git.path(), body: request.json, action: action), action: action)
    }

    /// Ends the mirroring; the repository stays as it is.
    ///
    /// - Throws: `HubClientError`; `notFound` when they are mirrored nowhere.
    package func removeGitMirror() async throws(HubClientError) {
        _ = try await send(.delete, Route.git.path(), action: "removing the Git mirror")
    }

    /// Has the branch looked at now.
    ///
    /// - Throws: `HubClientError`; `notFound` when the values are mirrored nowhere.
    package func syncGitMirror() async throws(HubClientError) -> GitMirrorStatus {
        try await post(Route.gitSync.path(), [:], action: "having the Git mirror looked at")
    }

    /// The latest commits that people pushed to the mirrored branch, the newest first.
    ///
    /// - Throws: `HubClientError`.
    package func gitPushes(limit: Int) async throws(HubClientError) -> [GitPushEntry] {
        let path = Route.gitPushes.path(query: [("limit", String(limit))])
        let page: Page<GitPushEntry> = try await get(path, action: "reading the pushes")
        return page.items
    }

    /// What became of one commit, by its id or the beginning of it.
    ///
    /// - Throws: `HubClientError`; `notFound` when nobody pushed such a commit.
    package func gitPush(_ commit: String) async throws(HubClientError) -> GitPushEntry {
        try await get(Route.gitPush.path(commit), action: "reading the push \(commit)")
    }
}
