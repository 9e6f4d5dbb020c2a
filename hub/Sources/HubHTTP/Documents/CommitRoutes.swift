import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// Takes changes to the values: checked as a whole, stored as one revision, answered after the commit.
struct CommitRoutes {
    let store: HubStore

    func add(to group: RouterGroup<HubContext>) {
        group.post("\(Route.commits.rawValue)", use: commit)
        group.post("\(Route.imports.rawValue)", use: importRepository)
    }

    private func commit(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(CommitRequest.self, limit: BodyLimits.commit)
        try check(message: message.message, put: message.put, delete: message.delete)
        try await refuseFaults(put: message.put, delete: message.delete)
        let result = try await store.commit(
            Commit(
                message: message.message,
                author: caller.name,
                base: message.base,
                put: message.put,
                delete: message.delete,
                isDryRun: message.dryRun
            )
        )
        log(result, context)
        return Response(HubAPI.CommitResult(result))
    }

    private func importRepository(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(ImportRequest.self, limit: BodyLimits.commit)
        try check(message: message.message, put: message.documents, delete: [])
        // What a repository of the old product refers to may live outside of it: missing references do not stop an import.
        try await refuseFaults(put: message.documents, delete: [], missingReferences: .warning)
        let result = try await store.importDocuments(
            Commit(message: message.message, author: caller.name, put: message.documents),
            clusters: message.clusters.map(ClusterToAdd.init)
        )
        log(result.commit, context)
        let commit = HubAPI.CommitResult(result.commit)
        return Response(
            HubAPI.ImportResult(
                revision: commit.revision,
                changed: commit.changed,
                unchanged: commit.unchanged,
                created: commit.created,
                clusters: result.added.map(\.name)
            )
        )
    }

    private func check(message: String, put: [Document], delete: [DocumentID]) throws {
        guard !message.allSatisfy(\.isWhitespace), message.utf8.count <= 4_096 else {
            throw Problem(
                .badRequest,
                detail: "A commit needs a message of at most 4,096 bytes.",
                hint: "Say why: -m TEXT"
            )
        }
        guard !put.isEmpty || !delete.isEmpty else {
            throw Problem(.badRequest, detail: "The commit changes no document.")
        }
        var seen: Set<DocumentID> = []
        if let twice = (put.map(\.id) + delete).first(where: { !seen.insert($0).inserted }) {
            throw Problem(.badRequest, detail: "The commit names \(twice) twice.")
        }
    }

    private func refuseFaults(
        put: [Document],
        delete: [DocumentID],
        missingReferences: Fault.Severity = .error
    ) async throws {
        let before = try await store.allDocuments().map(\.document)
        var byID = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for document in put { byID[document.id] = document }
        for id in delete {
            guard byID.removeValue(forKey: id) != nil else {
                throw Problem(
                    .notFound,
                    detail: "There is no \(id).",
                    hint: "otomi get \(id.kind.rawValue) lists them."
                )
            }
        }
        let after = byID.values.sorted { $0.id < $1.id }
        let faults = Validator.faults(changing: before, to: after, missingReferences: missingReferences)
            .filter { $0.severity == .error }
        guard faults.isEmpty else {
            let count = faults.count == 1 ? "one fault" : "\(faults.count) faults"
            throw Problem(
                .invalid,
                detail: "The change has \(count); nothing was stored.",
                errors: faults
            )
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
    init(_ result: StoredCommitResult) {
        self.init(
            revision: result.revision,
            changed: result.changed.map(HubAPI.DocumentChange.init),
            unchanged: result.unchanged,
            created: result.isCreated
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
