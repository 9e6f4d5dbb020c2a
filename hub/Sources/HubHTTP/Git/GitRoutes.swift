import Concurrency
import HTTPTypes
import HubAPI
import HubGit
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// The repository that the values are mirrored to, and what people pushed to it.
struct GitRoutes {
    let store: HubStore
    /// Whether a repository may be a folder of the hub's own machine.
    let allowsFolders: Bool

    func add(to routes: GuardedRoutes) {
        routes.get(.git, .readGit, use: show)
        routes.put(.git, .changeGit, use: set)
        routes.delete(.git, .changeGit, use: remove)
        routes.post(.gitSync, .changeGit, use: sync)
        routes.get(.gitPushes, .readGit, use: list)
        routes.get(.gitPush, .readGit, use: push)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        guard let mirror = try await store.gitMirror() else {
            throw Problem(
                .notFound,
                detail: "The values are mirrored to no Git repository.",
                hint: "otomi git set URL sets one up."
            )
        }
        return try await answer(mirror)
    }

    private func set(_ request: Request, _ context: HubContext) async throws -> Response {
        let wanted = try await request.message(GitMirrorRequest.self)
        guard let direction = GitMirrorSettings.Direction(rawValue: wanted.direction) else {
            throw Self.refusal([
                Fault(
                    pointer: .init(["direction"]),
                    message: "'\(wanted.direction)' is no direction",
                    hint: "both or mirror"
                )
            ])
        }
        let settings = GitMirrorSettings(
            url: wanted.url,
            branch: wanted.branch,
            direction: direction,
            username: wanted.username ?? "",
            knownHosts: wanted.knownHosts ?? "",
            authorities: wanted.certificateAuthorities ?? "",
            emailPattern: wanted.emailPattern ?? GitMirrorSettings.standardEmailPattern
        )
        let secret = try Self.secret(wanted)
        let faults = GitMirrorRules.faults(settings, secret: secret, allowsFolders: allowsFolders)
        guard faults.isEmpty else { throw Self.refusal(faults) }
        let mirror = try await store.setGitMirror(settings, secret: secret, by: try context.requireCaller().name)
        context.logger.notice(
            "Git mirror set up",
            metadata: ["url": "\(settings.url)", "branch": "\(settings.branch)"]
        )
        return try await answer(mirror)
    }

    private func remove(_ request: Request, _ context: HubContext) async throws -> Response {
        try await store.removeGitMirror()
        context.logger.notice("Git mirror removed")
        return Response(status: .noContent)
    }

    private func sync(_ request: Request, _ context: HubContext) async throws -> Response {
        try await answer(try await store.askGitSync())
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 500) ?? 50)
        let pushes = try await store.gitPushes(before: try request.number("before"), limit: limit)
        let next = pushes.count == limit ? pushes.last.map { String($0.number) } : nil
        return Response(HubAPI.Page(items: try pushes.map { try GitPushEntry($0) }, next: next))
    }

    /// For a program as JSON, for a browser as a page.
    private func push(_ request: Request, _ context: HubContext) async throws -> Response {
        let entry = try GitPushEntry(try await store.gitPush(try context.parameters.require("commit")))
        let accepted = request.headers[.accept] ?? ""
        guard accepted.contains("text/html") else { return Response(entry) }
        return PushPage(push: entry).page.response()
    }

    // MARK: - Words

    private static func secret(_ wanted: GitMirrorRequest) throws -> GitMirrorSecret? {
        switch (wanted.password, wanted.key, wanted.isAnonymous) {
        case (nil, nil, true): return GitMirrorSecret.none
        case (nil, nil, false): return nil
        case (let password?, nil, false): return .password(password)
        case (nil, let key?, false): return .key(key)
        default:
            throw refusal([
                Fault(pointer: .init(["password"]), message: "one of a password, a key and anonymous is expected")
            ])
        }
    }

    private static func refusal(_ faults: [Fault]) -> Problem {
        Problem(.invalid, detail: "The Git mirror was not set up: \(faults[0].message).", errors: faults)
    }

    private func answer(_ mirror: GitMirror) async throws -> Response {
        Response(GitMirrorStatus(mirror, latest: try await store.latestRevision()))
    }
}

extension GitMirrorStatus {
    init(_ mirror: GitMirror, latest: Int64) {
        func given(_ text: String) -> String? { text.isEmpty ? nil : text }
        self.init(
            url: mirror.settings.url,
            branch: mirror.settings.branch,
            direction: mirror.settings.direction.rawValue,
            username: given(mirror.settings.username),
            credential: mirror.credential,
            knownHosts: given(mirror.settings.knownHosts),
            certificateAuthorities: given(mirror.settings.authorities),
            emailPattern: mirror.settings.emailPattern,
            state: mirror.state.rawValue,
            reason: given(mirror.reason),
            since: mirror.stateSince.rfc3339,
            revision: mirror.revision,
            latestRevision: latest,
            commit: mirror.head,
            checkedAt: mirror.checkedAt?.rfc3339,
            askedAt: mirror.askedAt?.rfc3339,
            changedAt: mirror.changedAt.rfc3339,
            changedBy: mirror.changedBy
        )
    }
}

extension GitPushEntry {
    init(_ push: GitPush) throws {
        let problem = push.problem ?? [:]
        self.init(
            commit: push.commit,
            authorName: push.authorName,
            authorEmail: push.authorEmail,
            message: push.message,
            committedAt: push.committedAt.rfc3339,
            seenAt: push.seenAt.rfc3339,
            state: push.state.rawValue,
            revision: push.revision,
            detail: try problem.optional("detail"),
            hint: try problem.optional("hint"),
            errors: try problem.optional("errors") ?? [],
            conflicts: try problem.optional("conflicts") ?? [],
            correctedBy: push.correctedBy
        )
    }
}
