package import Concurrency
package import JSON

/// A commit that somebody pushed to the mirrored branch, and what became of it.
package struct GitPush: Hashable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Its changes are a revision, or it changed no document.
        case taken
        /// It is not in the values; its problem says why.
        case refused
        /// It was refused, and taken together with a later commit that put it right.
        case corrected
    }

    package var commit: String
    package var authorName: String
    package var authorEmail: String
    package var message: String
    package var committedAt: UnixTime
    package var seenAt: UnixTime
    package var state: State
    package var revision: Int64?
    /// A problem document (RFC 9457).
    package var problem: JSONValue?
    package var correctedBy: String?
    /// Its place in the list; 0 before it is stored.
    package var number: Int64

    package init(
        commit: String,
        authorName: String,
        authorEmail: String,
        message: String,
        committedAt: UnixTime,
        seenAt: UnixTime,
        state: State,
        revision: Int64? = nil,
        problem: JSONValue? = nil,
        correctedBy: String? = nil,
        number: Int64 = 0
    ) {
        self.commit = commit
        self.authorName = authorName
        self.authorEmail = authorEmail
        self.message = message
        self.committedAt = committedAt
        self.seenAt = seenAt
        self.state = state
        self.revision = revision
        self.problem = problem
        self.correctedBy = correctedBy
        self.number = number
    }
}
