package import Values

/// Why the store did not do what was asked.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure; stable names, so that an edge can map them.
    package enum Code: String, Sendable, CaseIterable {
        /// There is no such object.
        case notFound
        /// The name is taken.
        case alreadyExists
        /// A document that the commit touches has changed since its base.
        case conflict
        /// The database refused the content.
        case invalid
        /// No such token was ever issued for this cluster, or it was replaced.
        case tokenUnknown
        case tokenExpired
        /// The token has been used by another key.
        case tokenUsed
        /// The one-time address has served its manifest, or its time is up.
        case linkUsed
        case linkExpired
        /// An enrolled agent shows another cluster than the one it enrolled for; a new token is needed.
        case wrongCluster
        /// No sign-in: the name or the password is wrong, the one-time code is none, the person is disabled.
        case signInRefused
        /// Too many sign-ins have failed; there is a pause.
        case signInLocked
        /// More is asked for at once than the hub does at once.
        case overloaded
        /// The cluster was revoked, or the key was.
        case revoked
        /// An operator must let the agent in first.
        case approvalPending
        /// Somebody else moved on first; read again and retry.
        case stale
        /// What a person decided on is not what is there now; look again and decide again.
        case outdated
        /// A secret cannot be decrypted with the key at hand.
        case undecipherable
        /// A secret is sealed under a data key that this process has not read; the store reads its keys and tries again.
        case unknownDataKey
        /// The program that has the key-encryption key does not answer.
        case keyUnavailable
        /// The database cannot be reached or is not ready.
        case unavailable
        /// Anything else; the message is for the log, not for callers.
        case `internal`
    }

    package let code: Code
    /// What failed, on which object, and what to do next.
    package let message: String
    /// For `.conflict`: every document that changed, in both versions.
    package let conflicts: [DocumentConflict]

    package init(_ code: Code, _ message: String, conflicts: [DocumentConflict] = []) {
        self.code = code
        self.message = message
        self.conflicts = conflicts
    }

    package var description: String { "\(message) [\(code.rawValue)]" }
}

/// One document that somebody else changed since the base of a commit.
package struct DocumentConflict: Hashable, Sendable {
    package let id: DocumentID
    /// What the commit wanted; `nil` for a deletion.
    package let wanted: Document?
    /// What is stored now, secrets as markers; `nil` when it was deleted.
    package let current: StoredDocument?
    /// What both began with, secrets as markers; `nil` when there was no such document.
    package var base: StoredDocument?
    /// Who changed it and when, where `current` does not tell: it was deleted, or stands in a draft.
    package var change: Change?

    /// Who has changed a document, and by what.
    package struct Change: Hashable, Sendable {
        package let author: String
        /// The revision that deleted it; for an edit of a draft the revision that the edit was made against.
        package let revision: Int64
        /// The draft's version that the edit came with; `nil` outside drafts.
        package let draftVersion: Int64?
    }

    package init(
        id: DocumentID,
        wanted: Document?,
        current: StoredDocument?,
        base: StoredDocument? = nil,
        change: Change? = nil
    ) {
        self.id = id
        self.wanted = wanted
        self.current = current
        self.base = base
        self.change = change
    }
}
