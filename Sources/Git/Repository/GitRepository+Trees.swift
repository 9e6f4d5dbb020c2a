import CGit2

// Trees are written folder by folder with libgit2's tree builder, without an index and without a work tree.

extension GitRepository {
    /// Writes a tree: that of `base` with the files of `changes` written, or removed where they are `nil`.
    ///
    /// A folder that is left empty goes. Files that `changes` does not name stay as they are, whatever they are.
    ///
    /// - Throws: `GitError.Code.invalid` for a path that leads out of the tree, or through a file.
    package func writeTree(
        _ changes: [String: [UInt8]?],
        onto base: GitObjectID? = nil
    ) throws(GitError) -> GitObjectID {
        var root = Folder()
        for (path, content) in changes {
            guard GitPath.isSafe(path) else { throw GitError(.invalid, "'\(path)' is no path for a file of a tree") }
            try root.add(path.split(separator: "/").map(String.init)[...], content)
        }
        // A repository always has a root, even an empty one.
        guard let tree = try write(root, onto: base) else { return try emptyTree() }
        return tree
    }

    /// The changes below one folder.
    private struct Folder {
        var files: [String: [UInt8]?] = [:]
        var folders: [String: Folder] = [:]

        mutating func add(_ path: ArraySlice<String>, _ content: [UInt8]?) throws(GitError) {
            guard let name = path.first else { return }
            if path.count == 1 {
                files[name] = .some(content)
            } else {
                var folder = folders[name] ?? Folder()
                try folder.add(path.dropFirst(), content)
                folders[name] = folder
            }
            // The same name may be a file that goes and a folder that comes, and never both.
            if let file = files[name], file != nil, folders[name]?.isWriting == true {
                throw GitError(.invalid, "'\(name)' cannot be a file and a folder")
            }
        }

        var isWriting: Bool {
            files.values.contains { $0 != nil } || folders.values.contains(where: \.isWriting)
        }
    }

    /// `nil` when nothing is left in it.
    private func write(_ folder: Folder, onto base: GitObjectID?) throws(GitError) -> GitObjectID? {
        let repository = try pointer
        var source: OpaquePointer?
        if let base { source = try lookUpTree(base) }
        defer { git_tree_free(source) }
        let builder = try GitLibrary.made("a tree cannot be begun") { git_treebuilder_new(&$0, repository, source) }
        defer { git_treebuilder_free(builder) }
        for (name, content) in folder.files {
            guard let content else {
                try remove(name, from: builder)
                continue
            }
            try insert(try writeFile(content), named: name, GIT_FILEMODE_BLOB, into: builder)
        }
        for (name, child) in folder.folders where (folder.files[name] ?? nil) == nil {
            let below = source.flatMap { Self.subtree(of: $0, named: name) }
            if let tree = try write(child, onto: below) {
                try insert(tree, named: name, GIT_FILEMODE_TREE, into: builder)
            } else if below != nil {
                try remove(name, from: builder)
            }
        }
        guard git_treebuilder_entrycount(builder) > 0 else { return nil }
        return try write(builder)
    }

    private func write(_ builder: OpaquePointer) throws(GitError) -> GitObjectID {
        var id = git_oid()
        try GitLibrary.check(git_treebuilder_write(&id, builder), "a tree cannot be written")
        return GitObjectID(id)
    }

    private func emptyTree() throws(GitError) -> GitObjectID {
        let repository = try pointer
        let builder = try GitLibrary.made("a tree cannot be begun") { git_treebuilder_new(&$0, repository, nil) }
        defer { git_treebuilder_free(builder) }
        return try write(builder)
    }

    private func writeFile(_ content: [UInt8]) throws(GitError) -> GitObjectID {
        var id = git_oid()
        let code = git_blob_create_from_buffer(&id, try pointer, content, content.count)
        try GitLibrary.check(code, "a file of \(content.count) bytes cannot be written")
        return GitObjectID(id)
    }

    private func insert(
        _ id: GitObjectID,
        named name: String,
        _ mode: git_filemode_t,
        into builder: OpaquePointer
    ) throws(GitError) {
        var oid = try id.oid
        try GitLibrary.check(
            git_treebuilder_insert(nil, builder, name, &oid, mode),
            "'\(name)' cannot be put into a tree"
        )
    }

    /// Removes what is there by that name, if anything is.
    private func remove(_ name: String, from builder: OpaquePointer) throws(GitError) {
        guard git_treebuilder_get(builder, name) != nil else { return }
        try GitLibrary.check(git_treebuilder_remove(builder, name), "'\(name)' cannot be taken out of a tree")
    }

    private static func subtree(of tree: OpaquePointer, named name: String) -> GitObjectID? {
        guard let entry = git_tree_entry_byname(tree, name), git_tree_entry_type(entry) == GIT_OBJECT_TREE else {
            return nil
        }
        return git_tree_entry_id(entry).map { GitObjectID($0.pointee) }
    }

    func lookUpTree(_ id: GitObjectID) throws(GitError) -> OpaquePointer {
        let repository = try pointer
        var oid = try id.oid
        return try GitLibrary.made("the tree \(id.short) cannot be read") { pointer in
            git_tree_lookup(&pointer, repository, &oid)
        }
    }
}
