package import JSON
package import Values

/// What one push to the branch wants to do to the values.
package struct PushedChange: Hashable, Sendable {
    /// The commit of the repository.
    package let commit: String
    /// The name that the revision carries.
    package let author: String
    /// With a last line that names the commit.
    package let message: String
    /// The revision that the change was made against.
    package let base: Int64
    /// Later revisions that it was made against as well: they came from the same branch.
    package let known: Set<Int64>
    package let put: [Document]
    /// Some of them may be gone already.
    package let deleted: [DocumentID]

    package init(
        commit: String,
        author: String,
        message: String,
        base: Int64,
        known: Set<Int64> = [],
        put: [Document],
        deleted: [DocumentID]
    ) {
        self.commit = commit
        self.author = author
        self.message = message
        self.base = base
        self.known = known
        self.put = put
        self.deleted = deleted
    }
}

/// What became of a push.
package enum PushOutcome: Hashable, Sendable {
    /// It is this revision.
    case made(Int64)
    /// The values are that already.
    case unchanged
    case refused(PushRefusal)
}

/// Makes a revision of a push, by the same checks as any other commit, or says why not.
///
/// It throws what another try may mend.
package typealias CommitPush = @Sendable (_ change: PushedChange) async throws -> PushOutcome

/// Why a push is not in the values.
package struct PushRefusal: Error, Hashable, Sendable {
    package var detail: String
    package var hint: String?
    package var faults: [Fault]
    /// Documents that were changed on the hub too, each with both versions, in the form of the hub's API.
    package var conflicts: [JSONValue]

    package init(_ detail: String, hint: String? = nil, faults: [Fault] = [], conflicts: [JSONValue] = []) {
        self.detail = detail
        self.hint = hint
        self.faults = faults
        self.conflicts = conflicts
    }

    /// The members of a problem document that say it.
    package var json: JSONValue {
        .members([
            "detail": detail, "hint": hint, "errors": faults.isEmpty ? nil : faults.sorted(),
            "conflicts": conflicts.isEmpty ? nil : JSONValue.array(conflicts),
        ])
    }
}
