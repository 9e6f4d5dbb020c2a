import Git

/// How far the branch is accounted for: this commit holds the values of that revision.
struct MirrorPosition: Hashable, Sendable {
    /// `nil` where there is no branch yet.
    var head: GitObjectID?
    /// 0 where there are no values yet.
    var revision: Int64
}

/// Why the mirror stands still until a person acts.
struct MirrorHalt: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
