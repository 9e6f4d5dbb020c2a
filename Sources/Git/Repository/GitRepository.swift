import CGit2
import Concurrency

/// A bare repository in a folder of the hub's own.
///
/// libgit2 blocks, so the actor runs on a queue of its own. Nothing here talks to a network: `GitRemote` does.
package actor GitRepository {
    private let executor = SerialQueueExecutor(label: "otomi.git")
    /// Where it lies.
    package nonisolated let path: String
    private var opened: Handle?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The repository in the folder at `path`, which need not exist yet.
    package init(at path: String) {
        self.path = path
    }

    /// Frees libgit2's repository with the last reference to it.
    private final class Handle {
        let pointer: OpaquePointer

        init(_ pointer: OpaquePointer) { self.pointer = pointer }

        deinit { git_repository_free(pointer) }
    }

    /// libgit2's repository; the first use opens it, or makes it.
    var pointer: OpaquePointer {
        get throws(GitError) {
            if let opened { return opened.pointer }
            try GitLibrary.ensureStarted()
            let handle = Handle(try open())
            opened = handle
            return handle.pointer
        }
    }

    private func open() throws(GitError) -> OpaquePointer {
        var found: OpaquePointer?
        let flags = UInt32(GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_BARE.rawValue)
        let code = git_repository_open_ext(&found, path, flags, nil)
        if code == 0, let found { return found }
        guard code == GIT_ENOTFOUND.rawValue else {
            try GitLibrary.check(code, "the repository \(path) cannot be opened")
            throw GitError(.failed, "the repository \(path) cannot be opened")
        }
        return try GitLibrary.made("the repository \(path) cannot be made") { pointer in
            git_repository_init(&pointer, path, 1)
        }
    }

    /// Opens the repository, or makes an empty one.
    ///
    /// - Throws: `GitError` when the folder is neither.
    package func prepare() throws(GitError) {
        _ = try pointer
    }

    // MARK: - References

    /// What a reference such as `refs/heads/main` points at; `nil` when there is none.
    ///
    /// - Throws: `GitError`.
    package func reference(_ name: String) throws(GitError) -> GitObjectID? {
        var id = git_oid()
        let code = git_reference_name_to_id(&id, try pointer, name)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try GitLibrary.check(code, "the reference \(name) cannot be read")
        return GitObjectID(id)
    }

    /// Moves a reference, if it still points at `old`; `nil` for one that must not be there yet.
    ///
    /// - Throws: `GitError.Code.modified` when it points elsewhere by now.
    package func setReference(_ name: String, to new: GitObjectID, from old: GitObjectID?) throws(GitError) {
        let repository = try pointer
        var target = try new.oid
        var reference: OpaquePointer?
        defer { git_reference_free(reference) }
        let code: Int32
        if let old {
            var current = try old.oid
            code = git_reference_create_matching(&reference, repository, name, &target, 1, &current, nil)
        } else {
            code = git_reference_create(&reference, repository, name, &target, 0, nil)
        }
        try GitLibrary.check(code, "the reference \(name) was not moved to \(new.short)")
    }
}
