import CGit2

// Two trees are walked side by side, equal folders skipped by their ids: that takes time by what differs, and every name is
// looked at before its content is.

extension GitRepository {
    /// Every file below `tree` that `isWanted` by its path.
    ///
    /// - Throws: `GitError` as ``changes(from:to:limits:where:)``.
    package func files(
        of tree: GitObjectID,
        limits: GitTreeLimits = GitTreeLimits(),
        where isWanted: (String) -> Bool = { _ in true }
    ) throws(GitError) -> [String: [UInt8]] {
        let changes = try changes(from: nil, to: tree, limits: limits, where: isWanted)
        return Dictionary(
            changes.compactMap { change in change.content.map { (change.path, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The files that differ between two trees and that are wanted, sorted by path; `nil` is an empty tree.
    ///
    /// What nobody wants is neither read nor refused.
    ///
    /// - Parameters:
    ///   - old: the tree before.
    ///   - new: the tree after.
    ///   - limits: how much is read.
    ///   - isWanted: which paths count.
    /// - Returns: each file once.
    /// - Throws: `GitError.Code.invalid` for a link, a submodule, a path that is not safe or no UTF-8; `.tooLarge`.
    package func changes(
        from old: GitObjectID?,
        to new: GitObjectID,
        limits: GitTreeLimits = GitTreeLimits(),
        where isWanted: (String) -> Bool = { _ in true }
    ) throws(GitError) -> [GitChange] {
        var comparison = Comparison(limits: limits)
        try compare(old, new, at: "", depth: 0, &comparison, isWanted)
        return comparison.changes.sorted { $0.path < $1.path }
    }

    private struct Comparison {
        let limits: GitTreeLimits
        var changes: [GitChange] = []
        var entries = 0
        var bytes = 0

        mutating func count(_ number: Int, in folder: String) throws(GitError) {
            entries += number
            guard entries <= limits.entries else {
                throw GitError(.tooLarge, "the tree has more than \(limits.entries) names, which is the limit")
            }
        }

        mutating func add(_ path: String, _ content: [UInt8]?) throws(GitError) {
            guard changes.count < limits.files else {
                throw GitError(.tooLarge, "more than \(limits.files) files differ, which is the limit")
            }
            bytes += content?.count ?? 0
            guard bytes <= limits.bytes else {
                throw GitError(.tooLarge, "the files are longer than \(limits.bytes >> 20) MiB, which is the limit")
            }
            changes.append(GitChange(path: path, content: content))
        }
    }

    /// One name of a folder.
    private struct Entry: Hashable {
        let id: GitObjectID
        let mode: UInt32

        var isFolder: Bool { mode == GIT_FILEMODE_TREE.rawValue }
        var isFile: Bool { mode == GIT_FILEMODE_BLOB.rawValue || mode == GIT_FILEMODE_BLOB_EXECUTABLE.rawValue }

        var kind: String {
            switch mode {
            case GIT_FILEMODE_LINK.rawValue: "a symbolic link"
            case GIT_FILEMODE_COMMIT.rawValue: "a submodule"
            default: "no ordinary file"
            }
        }
    }

    private func compare(
        _ old: GitObjectID?,
        _ new: GitObjectID?,
        at folder: String,
        depth: Int,
        _ comparison: inout Comparison,
        _ isWanted: (String) -> Bool
    ) throws(GitError) {
        guard old != new else { return }
        let before = try entries(of: old, at: folder)
        let after = try entries(of: new, at: folder)
        try comparison.count(before.count + after.count, in: folder)
        for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            let (was, now) = (before[name], after[name])
            if was?.isFolder == true || now?.isFolder == true {
                // What lies deeper than anything that is wanted is only a fault when something there is.
                guard depth < comparison.limits.depth else {
                    guard isWanted("\(path)/") else { continue }
                    throw GitError(
                        .tooLarge,
                        "'\(path)' is nested deeper than \(comparison.limits.depth) folders, which is the limit"
                    )
                }
                try compare(
                    was.flatMap { $0.isFolder ? $0.id : nil },
                    now.flatMap { $0.isFolder ? $0.id : nil },
                    at: path,
                    depth: depth + 1,
                    &comparison,
                    isWanted
                )
            }
            guard isWanted(path) else { continue }
            if let now, !now.isFolder {
                try comparison.add(path, try content(of: now, at: path, limit: comparison.limits.bytesPerFile))
            } else if let was, !was.isFolder {
                try comparison.add(path, nil)
            }
        }
    }

    private func entries(of tree: GitObjectID?, at folder: String) throws(GitError) -> [String: Entry] {
        guard let tree else { return [:] }
        let pointer = try lookUpTree(tree)
        defer { git_tree_free(pointer) }
        var result: [String: Entry] = [:]
        for index in 0..<git_tree_entrycount(pointer) {
            guard let entry = git_tree_entry_byindex(pointer, index), let text = git_tree_entry_name(entry),
                let id = git_tree_entry_id(entry)
            else { continue }
            // Bytes that are no UTF-8 become a path that nobody wants, or one that is refused by its replacement sign.
            let name = String(cString: text)
            result[name] = Entry(id: GitObjectID(id.pointee), mode: git_tree_entry_filemode_raw(entry).rawValue)
        }
        return result
    }

    private func content(of entry: Entry, at path: String, limit: Int) throws(GitError) -> [UInt8] {
        guard GitPath.isSafe(path), !path.unicodeScalars.contains("\u{FFFD}") else {
            throw GitError(.invalid, "'\(path)' is no path that is taken: rename the file")
        }
        guard entry.isFile else {
            throw GitError(.invalid, "'\(path)' is \(entry.kind): put an ordinary file there")
        }
        let repository = try pointer
        var oid = try entry.id.oid
        let blob = try GitLibrary.made("the file '\(path)' cannot be read") { git_blob_lookup(&$0, repository, &oid) }
        defer { git_blob_free(blob) }
        let size = Int(git_blob_rawsize(blob))
        guard size <= limit else {
            throw GitError(.tooLarge, "'\(path)' is longer than \(limit >> 10) KiB, which is the limit for a file")
        }
        guard size > 0, let start = git_blob_rawcontent(blob) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: size))
    }
}
