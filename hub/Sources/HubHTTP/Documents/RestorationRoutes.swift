import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// Goes back to what documents were, in a new revision or in a draft.
struct RestorationRoutes {
    let store: HubStore
    let check: CommitCheck
    let begun: BegunRollout

    func add(to routes: GuardedRoutes) {
        routes.post(.revisionRestoration, .commitDocuments, use: restore)
        routes.post(.revisionReversal, .commitDocuments, use: reverse)
    }

    private func restore(_ request: Request, _ context: HubContext) async throws -> Response {
        let text = try context.parameters.require("number")
        let revision = try await store.revision(named: text)
        let message = try await request.message(RestorationRequest.self)
        let why = message.message ?? "Restore \(Self.subject(message)) as of revision \(revision)"
        return try await answer(message, why, context) { latest in
            try await store.restoration(
                of: revision,
                documents: Set(message.documents),
                team: message.team,
                at: latest
            )
        }
    }

    private func reverse(_ request: Request, _ context: HubContext) async throws -> Response {
        let revision = try await store.revision(named: try context.parameters.require("number"))
        let message = try await request.message(RestorationRequest.self)
        guard message.documents.isEmpty, message.team == nil else {
            throw Problem(
                .badRequest,
                detail: "A revision is reverted as a whole.",
                hint: "Restore single documents instead: otomi restore \(revision - 1) --document KIND/NAME"
            )
        }
        let said = try await store.revision(revision).message
        let why = message.message ?? String("Revert revision \(revision): \(said)".prefix(1_000))
        return try await answer(message, why, context) { _ in try await store.reversal(of: revision) }
    }

    private static func subject(_ message: RestorationRequest) -> String {
        if message.documents.count == 1 { return message.documents[0].description }
        if !message.documents.isEmpty { return "\(message.documents.count) documents" }
        return message.team.map { "team \($0)" } ?? "the values"
    }

    private func answer(
        _ message: RestorationRequest,
        _ why: String,
        _ context: HubContext,
        _ restoration: (_ latest: Int64) async throws -> Restoration
    ) async throws -> Response {
        let caller = try context.requireCaller()
        let access = CommitAccess(caller: caller)
        try CommitCheck.requireMessage(why)
        if let name = message.draft {
            let change = CommitCheck.Change(try await restoration(try await store.latestRevision()))
            try await check.requireAccess(access, to: change)
            let draft = try await collect(change, name, why, caller)
            return Response(RestorationResult(draft: DraftEntry(draft)))
        }
        let (result, warnings) = try await check.checked(access) { latest in
            CommitCheck.Change(try await restoration(latest))
        } _: { latest, change in
            try await store.commit(
                Commit(change, message: why, author: caller.name, checkedAt: latest, isDryRun: message.dryRun)
            )
        }
        context.logger.log(result)
        let rollout = await begun.summary(of: result.rollout, context.logger)
        return Response(RestorationResult(commit: HubAPI.CommitResult(result, warnings: warnings, rollout: rollout)))
    }

    /// Puts the documents into a draft, which is made when there is none.
    private func collect(
        _ change: CommitCheck.Change,
        _ name: String,
        _ why: String,
        _ caller: Caller
    ) async throws -> Draft {
        do { _ = try await store.draft(named: name) } catch let error as StoreError where error.code == .notFound {
            let teams = Set((change.put.map(\.id) + change.delete).map(\.owningTeam))
            let team = caller.principal.isPlatformAdmin ? nil : teams.count == 1 ? teams.first ?? nil : nil
            guard team != nil || caller.principal.isPlatformAdmin else {
                throw Problem(
                    .badRequest,
                    detail: "A draft holds the documents of one team; this would be \(teams.count).",
                    hint: "Restore one team: --team NAME"
                )
            }
            _ = try await store.makeDraft(NewDraft(name: name, team: team, message: why))
        }
        guard case .revision(let source) = change.source else { return try await store.draft(named: name) }
        return try await store.changeDraft(
            named: name,
            DraftChange(base: change.base, put: change.put, delete: change.delete, carriedFrom: source)
        )
    }
}

extension CommitCheck.Change {
    /// The change that brings documents back.
    init(_ restoration: Restoration) {
        self.init(
            put: restoration.put,
            delete: restoration.delete,
            base: restoration.base,
            source: .revision(restoration.source),
            mayBeGone: true
        )
    }
}
