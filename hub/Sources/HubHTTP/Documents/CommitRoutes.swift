import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import Logging
import Values

/// Takes changes to the values: checked as a whole, stored as one revision, answered after the commit.
struct CommitRoutes {
    let store: HubStore
    let check: CommitCheck
    let begun: BegunRollout

    func add(to routes: GuardedRoutes) {
        routes.post(.commits, .commitDocuments, use: commit)
        routes.post(.imports, .importDocuments, use: importRepository)
    }

    private func commit(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(CommitRequest.self, limit: BodyLimits.commit)
        try Self.check(message: message.message, put: message.put, delete: message.delete)
        let access = CommitAccess(caller: caller)
        let (result, warnings) = try await check.checked(access, put: message.put, delete: message.delete) { revision in
            try await store.commit(
                Commit(
                    message: message.message,
                    author: caller.name,
                    base: message.base,
                    put: message.put,
                    delete: message.delete,
                    checkedAt: revision,
                    isDryRun: message.dryRun,
                    movement: .byPolicy
                )
            )
        }
        log(result, context)
        let rollout = await begun.summary(of: result.rollout, context.logger)
        return Response(HubAPI.CommitResult(result, warnings: warnings, rollout: rollout))
    }

    private func importRepository(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(ImportRequest.self, limit: BodyLimits.commit)
        try Self.check(message: message.message, put: message.documents, delete: [])
        // What a repository of the old product refers to may live outside of it: missing references do not stop an import.
        let added = message.clusters.map(ClusterToAdd.init).map(\.identity)
        let access = CommitAccess(caller: caller)
        let (result, _) = try await check.checked(
            access,
            put: message.documents,
            on: added,
            missingReferences: .warning
        ) { revision in
            try await store.importDocuments(
                Commit(
                    message: message.message,
                    author: caller.name,
                    put: message.documents,
                    checkedAt: revision,
                    movement: .byPolicy
                ),
                clusters: message.clusters.map(ClusterToAdd.init)
            )
        }
        log(result.commit, context)
        let commit = HubAPI.CommitResult(result.commit)
        return Response(
            HubAPI.ImportResult(
                revision: commit.revision,
                changed: commit.changed,
                unchanged: commit.unchanged,
                created: commit.created,
                clusters: result.added.map(\.name),
                rollout: await begun.summary(of: result.commit.rollout, context.logger)
            )
        )
    }

    private static func check(message: String, put: [Document], delete: [DocumentID]) throws {
        try CommitCheck.requireMessage(message)
        guard !put.isEmpty || !delete.isEmpty else {
            throw Problem(.badRequest, detail: "The commit changes no document.")
        }
        var seen: Set<DocumentID> = []
        if let twice = (put.map(\.id) + delete).first(where: { !seen.insert($0).inserted }) {
            throw Problem(.badRequest, detail: "The commit names \(twice) twice.")
        }
    }

    private func log(_ result: StoredCommitResult, _ context: HubContext) {
        guard result.isCreated else { return }
        context.logger.notice(
            "revision made",
            metadata: ["revision": "\(result.revision)", "documents": "\(result.changed.count)"]
        )
    }
}

extension HubAPI.CommitResult {
    init(_ result: StoredCommitResult, warnings: [Fault] = [], rollout: RolloutSummary? = nil) {
        self.init(
            revision: result.revision,
            changed: result.changed.map(HubAPI.DocumentChange.init),
            unchanged: result.unchanged,
            created: result.isCreated,
            warnings: warnings,
            rollout: rollout
        )
    }
}

extension HubAPI.DocumentChange {
    init(_ change: StoredChange) {
        let word: Change =
            switch change.action {
            case .created: .added
            case .updated: .changed
            case .deleted: .removed
            }
        self.init(document: change.id, change: word)
    }
}
