import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// Changes that people collect before they become a revision.
struct DraftRoutes {
    let store: HubStore
    let check: CommitCheck
    let begun: BegunRollout

    func add(to routes: GuardedRoutes) {
        routes.get(.drafts, .readDrafts, use: list)
        routes.post(.drafts, .changeDrafts, use: make)
        routes.get(.draft, .readDrafts, use: show)
        routes.patch(.draft, .changeDrafts, use: change)
        routes.delete(.draft, .changeDrafts, use: discard)
        routes.post(.draftRebase, .changeDrafts, use: rebase)
        routes.post(.draftCommit, .commitDocuments, use: commit)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 500) ?? 100)
        let page = try await store.drafts(after: request.query("after"), limit: limit)
        return Response(HubAPI.Page(items: page.items.map(DraftEntry.init), next: page.next))
    }

    private func make(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(NewDraftRequest.self)
        let draft = try await store.makeDraft(
            NewDraft(
                name: message.name,
                team: try caller.team(ofDraft: message.team),
                isShared: message.shared,
                message: message.message,
                base: message.base
            )
        )
        return answer(draft, status: .created)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        answer(try await store.draft(named: try context.parameters.require("name")))
    }

    private func change(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let name = try context.parameters.require("name")
        let expected = try request.expectedVersion
        let patch = try await request.message(DraftPatch.self, limit: BodyLimits.commit)
        // Where secrets are the schema says, so what does not follow it cannot be kept.
        let faults = patch.put.flatMap(Validator.faults(in:)).filter { $0.severity == .error }
        guard faults.isEmpty else {
            let count = faults.count == 1 ? "one fault" : "\(faults.count) faults"
            throw Problem(.invalid, detail: "The documents have \(count); the draft is as it was.", errors: faults)
        }
        let change = CommitCheck.Change(put: patch.put, delete: patch.delete)
        try await check.requireAccess(CommitAccess(caller: caller), to: change)
        let look =
            "otomi draft show \(name) shows it; otomi draft add \(name) --seen VERSION replaces what you have seen."
        let draft = try await Self.atVersion(expected, onConflict: look) {
            try await store.changeDraft(
                named: name,
                DraftChange(
                    expected: expected,
                    seen: patch.seen,
                    message: patch.message,
                    isShared: patch.shared,
                    base: patch.base,
                    put: patch.put,
                    delete: patch.delete,
                    drop: patch.drop
                )
            )
        }
        return answer(draft)
    }

    private func discard(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let expected = try request.expectedVersion
        try await Self.atVersion(expected) { try await store.discardDraft(named: name, expected: expected) }
        return Response(status: .noContent)
    }

    private func rebase(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let expected = try request.expectedVersion
        let message = try await request.message(DraftRebaseRequest.self)
        let rebase = try await Self.atVersion(expected) {
            try await store.rebaseDraft(
                named: name,
                expected: expected,
                mine: Set(message.mine),
                theirs: Set(message.theirs)
            )
        }
        let result = DraftRebaseResult(
            draft: DraftEntry(rebase.draft),
            dropped: rebase.dropped,
            conflicts: rebase.conflicts.map(HubAPI.DocumentConflict.init)
        )
        return Response(result, headers: rebase.draft.headers)
    }

    private func commit(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let name = try context.parameters.require("name")
        let expected = try request.expectedVersion
        let message = try await request.message(DraftCommitRequest.self)
        let reason = try await reason(message, draft: name)
        let decide = "otomi draft rebase \(name) shows what clashes; --take mine or --take theirs decides."
        let (result, warnings) = try await Self.atVersion(nil, onConflict: decide) {
            try await check.checked(CommitAccess(caller: caller)) { _ in
                let draft = try await store.draft(named: name)
                guard expected == nil || expected == draft.version else { throw Self.isNewer(draft) }
                return CommitCheck.Change(
                    put: draft.put,
                    delete: draft.delete,
                    source: .draft(name, version: draft.version),
                    mayBeGone: true
                )
            } _: { revision, change in
                try await store.commit(
                    Commit(change, message: reason, author: caller.name, checkedAt: revision, isDryRun: message.dryRun)
                )
            }
        }
        context.logger.log(result)
        let rollout = await begun.summary(of: result.rollout, context.logger)
        return Response(HubAPI.CommitResult(result, warnings: warnings, rollout: rollout))
    }

    /// The message of the revision: what was sent, else what the draft says.
    private func reason(_ request: DraftCommitRequest, draft name: String) async throws -> String {
        let draft = try await store.draft(named: name)
        guard draft.editCount > 0 else {
            throw Problem(
                .badRequest,
                detail: "Draft '\(name)' changes no document.",
                hint: "Put documents into it: otomi draft add \(name) -f FILE"
            )
        }
        if request.dryRun, request.message == nil { return draft.message.isEmpty ? "dry run" : draft.message }
        let message = request.message ?? draft.message
        try CommitCheck.requireMessage(message)
        return message
    }

    private func answer(_ draft: Draft, status: HTTPResponse.Status = .ok) -> Response {
        Response(DraftEntry(draft), status: status, headers: draft.headers)
    }

    /// Does `work`; answers `If-Match` as HTTP says when the draft has moved on, and a conflict with what helps.
    private static func atVersion<Value>(
        _ expected: Int64?,
        onConflict hint: String? = nil,
        _ work: () async throws -> Value
    ) async throws -> Value {
        do { return try await work() } catch let error as StoreError {
            if error.code == .stale, expected != nil {
                throw Problem(.preconditionFailed, detail: error.message, hint: lookAgain)
            }
            guard error.code == .conflict, let hint else { throw error }
            var problem = Problem(error)
            problem.hint = hint
            throw problem
        }
    }

    private static func isNewer(_ draft: Draft) -> Problem {
        Problem(
            .preconditionFailed,
            detail: "Draft '\(draft.name)' is at version \(draft.version) by now.",
            hint: lookAgain
        )
    }

    private static let lookAgain = "Read the draft again and send its new ETag."
}

extension Draft {
    fileprivate var headers: HTTPFields { [.eTag: "\"\(version)\""] }
}

extension Caller {
    /// The team of a draft that they begin: the one they name, else the only one they have.
    ///
    /// - Throws: a ``Refusal`` for a team that is not theirs, `Problem` when they have to say which.
    fileprivate func team(ofDraft named: String?) throws -> String? {
        guard let team = named ?? (principal.teams.count == 1 ? principal.teams[0] : nil), named != nil || !isOfPlatform
        else {
            guard !isOfPlatform else { return nil }
            throw Problem(
                .badRequest,
                detail: "A draft holds the documents of one team.",
                hint: "Name it: --team \(principal.teams.joined(separator: " or "))"
            )
        }
        switch principal.access(to: .changeDrafts, on: .team(team)) {
        case .allowed: return team
        case .refused: throw Refusal.refused(self, .changeDrafts, on: "team \(team)")
        case .hidden: throw Refusal.hidden(.changeDrafts, "team '\(team)'")
        }
    }

    private var isOfPlatform: Bool { principal.access(to: .changeDrafts, on: .platform) == .allowed }
}

extension Request {
    /// The version in `If-Match`; `nil` when there is none, or it says that any will do.
    ///
    /// - Throws: `Problem` for a tag that no draft can have.
    var expectedVersion: Int64? {
        get throws {
            guard let text = headers[.ifMatch], text != "*" else { return nil }
            guard let version = Int64(text.drop(while: { $0 == "\"" }).prefix(while: { $0 != "\"" })) else {
                throw Problem(
                    .badRequest,
                    detail: "If-Match is no ETag of a draft.",
                    hint: "Send the ETag as the draft was answered with."
                )
            }
            return version
        }
    }
}

extension DraftEntry {
    init(_ draft: Draft) {
        self.init(
            name: draft.name,
            team: draft.team,
            author: draft.author,
            shared: draft.isShared,
            message: draft.message,
            base: draft.base,
            version: draft.version,
            created: draft.createdAt.rfc3339,
            changed: draft.changedAt.rfc3339,
            changedBy: draft.changedBy,
            editCount: draft.editCount,
            edits: draft.edits.map { edit in
                DraftEditEntry(
                    document: edit.id,
                    spec: edit.document?.spec,
                    base: edit.base,
                    version: edit.version,
                    author: edit.author,
                    time: edit.changedAt.rfc3339
                )
            }
        )
    }
}
