import CGit2
import Testing

@testable import Git

@Suite("Trees of a repository") struct GitTreeTests {
    @Test("hold files in folders, and are the same tree for the same files in any order")
    func writing() async throws {
        try await GitScene.with { scene in
            let files: [String: [UInt8]?] = ["a/b/c.yaml": [1], "a/d.yaml": [2, 3], "e.yaml": []]
            let tree = try await scene.repository.writeTree(files)
            let read = try await scene.repository.files(of: tree)
            #expect(read == ["a/b/c.yaml": [1], "a/d.yaml": [2, 3], "e.yaml": []])
            var step = try await scene.repository.writeTree(["e.yaml": []])
            step = try await scene.repository.writeTree(["a/d.yaml": [2, 3]], onto: step)
            step = try await scene.repository.writeTree(["a/b/c.yaml": [1]], onto: step)
            #expect(step == tree)
        }
    }

    @Test("lose a folder with its last file, and swap files for folders")
    func removing() async throws {
        try await GitScene.with { scene in
            let repository = scene.repository
            let tree = try await repository.writeTree(["a/b/c": [1], "keep": [2]])
            let without = try await repository.writeTree(["a/b/c": nil, "never/there": nil], onto: tree)
            #expect(try await repository.writeTree(["keep": [2]]) == without)
            let file = try await repository.writeTree(["a/b": [3], "a/b/c": nil], onto: tree)
            #expect(try await repository.files(of: file) == ["a/b": [3], "keep": [2]])
            let folder = try await repository.writeTree(["keep": nil, "keep/x": [4]], onto: tree)
            #expect(try await repository.files(of: folder) == ["a/b/c": [1], "keep/x": [4]])
            let empty = try await repository.writeTree(["keep": nil, "a/b/c": nil], onto: tree)
            #expect(try await repository.files(of: empty).isEmpty)
        }
    }

    @Test(
        "take no path that leads out, hides something or means .git to another system",
        arguments: [
            "", "/a", "a/", "a//b", ".", "..", "a/../b", ".git/config", "a/.GIT/hooks", "git~1/x", ".g\u{200C}it/x",
            "a\\b", "C:/x", "a\nb", "a/b.", "a /b", "\u{7F}",
        ]
    )
    func paths(_ path: String) async throws {
        #expect(!GitPath.isSafe(path))
        try await GitScene.with { scene in
            #expect(await code { _ = try await scene.repository.writeTree([path: [1]]) } == .invalid)
        }
    }

    @Test("differ by exactly the files that changed, of those that are wanted")
    func comparison() async throws {
        try await GitScene.with { scene in
            let repository = scene.repository
            let old = try await repository.writeTree(["a/same": [1], "a/changed": [1], "a/gone": [1], "other": [1]])
            let new = try await repository.writeTree(["a/same": [1], "a/changed": [2], "a/new": [3], "other": [2]])
            let changes = try await repository.changes(from: old, to: new) { $0.hasPrefix("a/") }
            #expect(
                changes == [
                    GitChange(path: "a/changed", content: [2]), GitChange(path: "a/gone", content: nil),
                    GitChange(path: "a/new", content: [3]),
                ]
            )
            #expect(try await repository.changes(from: old, to: old).isEmpty)
            #expect(try await repository.changes(from: nil, to: new).count == 4)
        }
    }

    @Test("are refused with links and submodules, where those are wanted and nowhere else")
    func oddEntries() async throws {
        try await GitScene.with { scene in
            for mode in [GIT_FILEMODE_LINK, GIT_FILEMODE_COMMIT] {
                let tree = try await scene.repository.treeWithOddEntry(named: "odd", mode)
                #expect(await code { _ = try await scene.repository.files(of: tree) } == .invalid)
                #expect(try await scene.repository.files(of: tree) { $0 != "odd" } == ["plain": [1]])
            }
        }
    }

    @Test("are refused with a name that is no UTF-8")
    func notUTF8() async throws {
        try await GitScene.with { scene in
            let tree = try await scene.repository.treeWithOddEntry(bytes: [0x61, 0xFF])
            #expect(await code { _ = try await scene.repository.files(of: tree) } == .invalid)
        }
    }

    @Test("are read within bounds: files, bytes, depth, names")
    func limits() async throws {
        try await GitScene.with { scene in
            let repository = scene.repository
            let tree = try await repository.writeTree(["a/b/c/d": [1, 2, 3], "e": [4], "f": [5]])
            func code(_ limits: GitTreeLimits) async -> GitError.Code? {
                await GitTests.code { _ = try await repository.files(of: tree, limits: limits) }
            }
            #expect(await code(GitTreeLimits()) == nil)
            #expect(await code(GitTreeLimits(files: 2)) == .tooLarge)
            #expect(await code(GitTreeLimits(bytesPerFile: 2)) == .tooLarge)
            #expect(await code(GitTreeLimits(bytes: 4)) == .tooLarge)
            #expect(await code(GitTreeLimits(depth: 2)) == .tooLarge)
            #expect(await code(GitTreeLimits(depth: 3)) == nil)
            #expect(await code(GitTreeLimits(entries: 5)) == .tooLarge)
            #expect(await code(GitTreeLimits(entries: 6)) == nil)
        }
    }
}

extension GitRepository {
    /// A tree with an entry that this module never writes.
    func treeWithOddEntry(named name: String, _ mode: git_filemode_t) throws -> GitObjectID {
        let repository = try pointer
        let base = try writeTree(["plain": [1]])
        let source = try lookUpTree(base)
        defer { git_tree_free(source) }
        let builder = try GitLibrary.made("builder") { git_treebuilder_new(&$0, repository, source) }
        defer { git_treebuilder_free(builder) }
        var id = git_oid()
        if mode == GIT_FILEMODE_COMMIT {
            id = try #require(GitObjectID(String(repeating: "a", count: 40))).oid
        } else {
            try GitLibrary.check(git_blob_create_from_buffer(&id, repository, "/etc/passwd", 11), "blob")
        }
        try GitLibrary.check(git_treebuilder_insert(nil, builder, name, &id, mode), "insert")
        try GitLibrary.check(git_treebuilder_write(&id, builder), "write")
        return GitObjectID(id)
    }

    /// A tree with one file of that name, whatever it is.
    func treeWithOddEntry(bytes name: [UInt8]) throws -> GitObjectID {
        let repository = try pointer
        let content = try writeTree(["x": [1]])
        let tree = try lookUpTree(content)
        defer { git_tree_free(tree) }
        let blob = try #require(git_tree_entry_byindex(tree, 0).flatMap { git_tree_entry_id($0) })
        let raw = withUnsafeBytes(of: blob.pointee.id) { Array($0) }
        let bytes = Array("100644 ".utf8) + name + [0] + raw
        let database = try GitLibrary.made("database") { git_repository_odb(&$0, repository) }
        defer { git_odb_free(database) }
        var id = git_oid()
        try GitLibrary.check(git_odb_write(&id, database, bytes, bytes.count, GIT_OBJECT_TREE), "write")
        return GitObjectID(id)
    }
}
