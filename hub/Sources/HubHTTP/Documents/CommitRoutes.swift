import Concurrency
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import Logging
import Values

/// Takes changes to the values: checked as a whole, stored as one revision, answered after the commit.
struct CommitRoutes {
    /// How often a change is checked again because others commit meanwhile.
    static let maximumAttempts = 8

    let store: HubStore
    /// Commits of this replica take turns, so that only another replica's can come in between check and commit.
    private let turns = AsyncGate()
    private let fleet = FleetCheck()

    init(store: HubStore) {
        self.store = store
    }

    func add(to routes: GuardedRoutes) {
        routes.post(.commits, .commitDocuments, use: commit)
        routes.post(.imports, .importDocuments, use: importRepository)
    }

    private func commit(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(CommitRequest.self, limit: BodyLimits.commit)
        try check(message: message.message, put: message.put, delete: message.delete)
        let access = CommitAccess(caller: caller)
        let (result, warnings) = try await checked(access, put: message.put, delete: message.delete) { revision in
            try await store.commit(
                Commit(
                    message: message.message,
                    author: caller.name,
                    base: message.base,
                    put: message.put,
                    delete: message.delete,
                    checkedAt: revision,
                    isDryRun: message.dryRun
                )
            )
        }
        log(result, context)
        return Response(HubAPI.CommitResult(result, warnings: warnings))
    }

    private func importRepository(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(ImportRequest.self, limit: BodyLimits.commit)
        try check(message: message.message, put: message.documents, delete: [])
        // What a repository of the old product refers to may live outside of it: missing references do not stop an import.
        let added = message.clusters.map(ClusterToAdd.init).map(\.identity)
        let access = CommitAccess(caller: caller)
        let (result, _) = try await checked(access, put: message.documents, on: added, missingReferences: .warning) {
            revision in
            try await store.importDocuments(
                Commit(
                    message: message.message,
                    author: caller.name,
                    put: message.documents,
                    checkedAt: revision
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

    /// Checks a change against the latest revision and writes it; again, when another revision came in between.
    ///
    /// Without this two changes that are each right could together be wrong: a team deleted, and a service added to it.
    ///
    /// `added` are clusters that the change itself adds to the fleet. The answer is what was written, and what is worth
    /// saying about it.
    private func checked<Result>(
        _ access: CommitAccess,
        put: [Document],
        delete: [DocumentID] = [],
        on added: [ClusterIdentity] = [],
        missingReferences: Fault.Severity = .error,
        _ write: (_ revision: Int64) async throws -> Result
    ) async throws -> (Result, warnings: [Fault]) {
        try await turns.enter()
        defer { turns.leave() }
        for _ in 1...Self.maximumAttempts {
            let revision = try await store.latestRevision()
            let warnings = try await refuseFaults(
                access,
                put: put,
                delete: delete,
                on: added,
                missingReferences,
                at: revision
            )
            do {
                return (try await write(revision), warnings)
            } catch let error as StoreError where error.code == .stale {
                continue
            }
        }
        throw Problem(
            .unavailable,
            detail: "Others commit faster than this change can be checked.",
            hint: "Try again in a moment."
        )
    }

    private func refuseFaults(
        _ access: CommitAccess,
        put: [Document],
        delete: [DocumentID],
        on added: [ClusterIdentity],
        _ missingReferences: Fault.Severity,
        at revision: Int64
    ) async throws -> [Fault] {
        // A change is checked against everything, whoever makes it.
        let whole = store.unbound
        let before = try await whole.allDocuments(at: revision).map(\.document)
        var byID = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        try access.check(put: put, delete: delete, before: byID)
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
        var found = Validator.faults(changing: before, to: after, missingReferences: missingReferences)
        if !found.contains(where: { $0.severity == .error }) {
            let clusters = try await whole.allClusters().map(\.identity) + added
            found += try fleet.faults(changing: before, to: after, on: clusters)
        }
        found = access.shown(found, among: after)
        let faults = found.filter { $0.severity == .error }
        guard faults.isEmpty else {
            let count = faults.count == 1 ? "one fault" : "\(faults.count) faults"
            throw Problem(
                .invalid,
                detail: "The change has \(count); nothing was stored.",
                errors: faults
            )
        }
        return found
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
    init(_ result: StoredCommitResult, warnings: [Fault] = []) {
        self.init(
            revision: result.revision,
            changed: result.changed.map(HubAPI.DocumentChange.init),
            unchanged: result.unchanged,
            created: result.isCreated,
            warnings: warnings
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
