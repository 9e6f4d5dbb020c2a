import HubAPI
package import HubGit
package import HubStore
import JSON
import Values

/// Makes revisions of what people pushed, by the checks that every change goes through.
///
/// Git proves no author, so a push acts as the hub: the right to push to the branch is the right to change the values.
package struct PushedCommits: Sendable {
    private let store: HubStore
    private let check: CommitCheck

    package init(store: HubStore) {
        self.store = store
        check = CommitCheck(store: store)
    }

    /// Makes one revision of a push, or says why not.
    ///
    /// - Throws: what another try may mend, such as a database that does not answer.
    package func commit(_ push: PushedChange) async throws -> PushOutcome {
        do {
            let (result, _) = try await check.checked(
                CommitAccess(principal: .hub),
                { revision in try await change(push, at: revision) },
                { revision, change in
                    try await store.commit(
                        Commit(
                            message: push.message,
                            author: push.author,
                            put: change.put,
                            delete: change.delete,
                            checkedAt: revision,
                            movement: .byPolicy
                        )
                    )
                }
            )
            return result.isCreated ? .made(result.revision) : .unchanged
        } catch let problem as Problem {
            guard problem.status < 500, problem.kind != .tooManyRequests else { throw problem }
            return .refused(
                PushRefusal(
                    problem.detail,
                    hint: problem.hint,
                    faults: problem.errors,
                    conflicts: problem.conflicts.map(\.json)
                )
            )
        } catch let error as StoreError where error.code == .invalid || error.code == .conflict {
            return .refused(PushRefusal(error.message))
        }
    }

    /// What the push changes on a revision; whoever changed the same documents since its base is in its way.
    private func change(_ push: PushedChange, at revision: Int64) async throws -> CommitCheck.Change {
        let wanted = Dictionary(push.put.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let ids = push.put.map(\.id) + push.deleted
        let since = try await store.changes(of: ids, after: push.base, upTo: revision)
        var change = CommitCheck.Change()
        var conflicts: [HubAPI.DocumentConflict] = []
        for id in ids {
            let current = try await store.document(id, at: revision)
            // The same change by somebody else is none.
            guard current?.document != wanted[id] else { continue }
            if let changed = since[id], !push.known.contains(changed) {
                conflicts.append(
                    HubAPI.DocumentConflict(
                        document: id,
                        yours: wanted[id]?.spec,
                        theirs: current?.document.spec,
                        base: try await store.document(id, at: push.base)?.document.spec,
                        revision: changed,
                        author: try await store.revision(changed).author
                    )
                )
            } else if let document = wanted[id] {
                change.put.append(document)
            } else {
                change.delete.append(id)
            }
        }
        guard conflicts.isEmpty else {
            let names = conflicts.prefix(3).map(\.document.description).joined(separator: ", ")
            throw Problem(
                .conflict,
                detail:
                    "\(names)\(conflicts.count > 3 ? ", …" : "") changed on the hub too since revision \(push.base)",
                hint: "Revert the commit, wait for the hub's own to appear on the branch, and make the change on that.",
                conflicts: conflicts
            )
        }
        return change
    }
}
