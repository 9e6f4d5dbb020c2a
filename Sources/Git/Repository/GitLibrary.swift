import CGit2

/// libgit2 itself: started once, and its errors in our words.
enum GitLibrary {
    /// What starting it came to; the first who asks starts it.
    private static let start: Int32 = {
        let code = git_libgit2_init()
        guard code >= 0 else { return code }
        // The hub's repository lies in its own private folder, which root may have made for it.
        guard otomi_git_check_owner(0) == 0 else { return -1 }
        return otomi_git_ignore_configuration()
    }()

    static func ensureStarted() throws(GitError) {
        guard start >= 0 else { throw GitError(.failed, "libgit2 cannot be started (\(start))") }
    }

    /// Turns a failed call into an error that says what was tried.
    static func check(_ code: Int32, _ action: @autoclosure () -> String) throws(GitError) {
        guard code < 0 else { return }
        let reason = git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) }
        let kind: GitError.Code =
            switch git_error_code(code) {
            case GIT_ENOTFOUND: .notFound
            case GIT_EMODIFIED, GIT_EEXISTS: .modified
            case GIT_EINVALIDSPEC, GIT_EAMBIGUOUS: .invalid
            default: .failed
            }
        throw GitError(kind, "\(action()): \(reason ?? "libgit2 gives no reason (\(code))")")
    }

    /// The result of a call that gives one through its first argument.
    static func made(
        _ action: @autoclosure () -> String,
        _ call: (inout OpaquePointer?) -> Int32
    ) throws(GitError) -> OpaquePointer {
        var pointer: OpaquePointer?
        try check(call(&pointer), action())
        guard let pointer else { throw GitError(.failed, "\(action()): libgit2 gave nothing") }
        return pointer
    }
}

extension GitObjectID {
    init(_ id: git_oid) {
        let bytes = withUnsafeBytes(of: id.id) { Array($0) }
        let digits = bytes.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0\(text)" : text
        }
        // Twenty bytes are always forty digits.
        self = GitObjectID(digits.joined()) ?? .none
    }

    private static let none = GitObjectID(unchecked: String(repeating: "0", count: 40))

    private init(unchecked text: String) { description = text }

    var oid: git_oid {
        get throws(GitError) {
            var id = git_oid()
            try GitLibrary.check(git_oid_fromstr(&id, description), "'\(description)' is no id")
            return id
        }
    }
}
