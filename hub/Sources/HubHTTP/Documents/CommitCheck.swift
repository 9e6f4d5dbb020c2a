import Concurrency
import HubAPI
import HubPublisher
import HubStore
import Logging
import Values

/// What every change to the values goes through before it becomes a revision: whose it is to make, and whether it is right.
///
/// All routes that write values share one of these.
struct CommitCheck {
    /// What is to be written and removed.
    struct Change: Sendable {
        var put: [Document] = []
        var delete: [DocumentID] = []
        /// The revision that it was made against, where that is one.
        var base: Int64?
        /// Where the documents are stored already.
        var source: CommitSource?
        /// Whether what is to be removed may be gone already.
        var mayBeGone = false
    }

    /// How often a change is checked again because others commit meanwhile.
    static let maximumAttempts = 8

    private let store: HubStore
    /// Commits of this replica take turns, so that only another replica's can come in between check and commit.
    private let turns = AsyncGate()
    private let fleet = FleetCheck()

    init(store: HubStore) {
        self.store = store
    }

    /// Checks a change against the latest revision and writes it; again, when another revision came in between.
    ///
    /// Without this two changes that are each right could together be wrong: a team deleted, and a service added to it.
    ///
    /// - Parameters:
    ///   - access: whose change it is.
    ///   - put: the documents to write.
    ///   - delete: the documents to remove.
    ///   - added: clusters that the change itself adds to the fleet.
    ///   - missingReferences: how much it matters that something refers to what is not there.
    ///   - write: writes it, if the latest revision is still the one that it was checked against.
    /// - Returns: what was written, and what is worth saying about it.
    /// - Throws: `Problem` with every fault; a ``Refusal`` for what is not the caller's to change.
    func checked<Result>(
        _ access: CommitAccess,
        put: [Document],
        delete: [DocumentID] = [],
        on added: [ClusterIdentity] = [],
        missingReferences: Fault.Severity = .error,
        _ write: (_ revision: Int64) async throws -> Result
    ) async throws -> (Result, warnings: [Fault]) {
        let change = Change(put: put, delete: delete)
        return try await checked(access, on: added, missingReferences: missingReferences, { _ in change }) {
            revision,
            _ in try await write(revision)
        }
    }

    /// As the other one, for a change that depends on the revision that it is made on.
    ///
    /// - Parameters:
    ///   - access: whose change it is.
    ///   - added: clusters that the change itself adds to the fleet.
    ///   - missingReferences: how much it matters that something refers to what is not there.
    ///   - change: what the change is on that revision.
    ///   - write: writes it, if the latest revision is still the one that it was checked against.
    /// - Returns: what was written, and what is worth saying about it.
    /// - Throws: as the other one.
    func checked<Result>(
        _ access: CommitAccess,
        on added: [ClusterIdentity] = [],
        missingReferences: Fault.Severity = .error,
        _ change: (_ revision: Int64) async throws -> Change,
        _ write: (_ revision: Int64, _ change: Change) async throws -> Result
    ) async throws -> (Result, warnings: [Fault]) {
        try await turns.enter()
        defer { turns.leave() }
        for _ in 1...Self.maximumAttempts {
            let revision = try await store.latestRevision()
            let change = try await change(revision)
            let warnings = try await refuseFaults(access, change, on: added, missingReferences, at: revision)
            do {
                return (try await write(revision, change), warnings)
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

    /// Refuses what is not the caller's to change, and the removal of what is not there.
    ///
    /// - Throws: a ``Refusal`` that names every field; `Problem`.
    func requireAccess(_ access: CommitAccess, to change: Change) async throws {
        let before = try await store.unbound.allDocuments().map(\.document)
        let byID = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        try access.check(put: change.put, delete: change.delete, before: byID)
        if !change.mayBeGone, let missing = change.delete.first(where: { byID[$0] == nil }) {
            throw Self.isMissing(missing)
        }
    }

    private static func isMissing(_ id: DocumentID) -> Problem {
        Problem(.notFound, detail: "There is no \(id).", hint: "otomi get \(id.kind.rawValue) lists them.")
    }

    /// Refuses a message that says nothing, or too much.
    ///
    /// - Throws: `Problem`.
    static func requireMessage(_ message: String) throws {
        guard !message.allSatisfy(\.isWhitespace), message.utf8.count <= 4_096 else {
            throw Problem(
                .badRequest,
                detail: "A commit needs a message of at most 4,096 bytes.",
                hint: "Say why: -m TEXT"
            )
        }
    }

    private func refuseFaults(
        _ access: CommitAccess,
        _ change: Change,
        on added: [ClusterIdentity],
        _ missingReferences: Fault.Severity,
        at revision: Int64
    ) async throws -> [Fault] {
        // A change is checked against everything, whoever makes it.
        let whole = store.unbound
        let before = try await whole.allDocuments(at: revision).map(\.document)
        var byID = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        try access.check(put: change.put, delete: change.delete, before: byID)
        for document in change.put { byID[document.id] = document }
        for id in change.delete {
            guard byID.removeValue(forKey: id) != nil || change.mayBeGone else {
                throw Self.isMissing(id)
            }
        }
        let after = byID.values.sorted { $0.id < $1.id }
        var found = Validator.faults(changing: before, to: after, missingReferences: missingReferences)
        if !found.contains(where: { $0.severity == .error }) {
            let clusters = try await whole.clusterIdentities() + added
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
}

extension Commit {
    /// The revision that a checked change becomes.
    init(_ change: CommitCheck.Change, message: String, author: String, checkedAt: Int64, isDryRun: Bool) {
        self.init(
            message: message,
            author: author,
            base: change.base,
            put: change.put,
            delete: change.delete,
            checkedAt: checkedAt,
            isDryRun: isDryRun,
            movement: .byPolicy,
            source: change.source
        )
    }
}

extension Logger {
    /// Notes that there is a new revision.
    func log(_ result: StoredCommitResult) {
        guard result.isCreated else { return }
        notice(
            "revision made",
            metadata: ["revision": "\(result.revision)", "documents": "\(result.changed.count)"]
        )
    }
}
