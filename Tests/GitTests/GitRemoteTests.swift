import Concurrency
import Glibc
import PostgresTestSupport
import Testing

@testable import Git

@Suite("A remote repository") struct GitRemoteTests {
    @Test("is pushed to and fetched from, and never moved off other people's commits")
    func roundTrip() async throws {
        try await GitScene.with { scene in
            let (theirs, remote) = try await scene.makeRemote()
            #expect(try await remote.head() == nil)
            let first = try await scene.commit(["a": "1"])
            try await remote.push(first, from: scene.repository)
            #expect(try await remote.head() == first)
            // Somebody else pushes.
            let other = try await scene.commit(["b": "1"], on: first, in: theirs)
            try await theirs.setReference("refs/heads/main", to: other, from: first)
            let ours = try await scene.commit(["a": "2"], on: first)
            #expect(await code { try await remote.push(ours, from: scene.repository) } == .behind)
            #expect(try await remote.head() == other)
            try await remote.fetch(into: scene.repository, as: "refs/otomi/remote")
            #expect(try await scene.repository.reference("refs/otomi/remote") == other)
            #expect(try await scene.texts(other) == ["a": "1", "b": "1"])
            try await remote.tidy(scene.repository)
        }
    }

    @Test("that is not there, or has no such branch, is an error that says so")
    func missing() async throws {
        try await GitScene.with { scene in
            let nowhere = GitRemote(
                try GitRemoteAddress("file://\(scene.folder.path)/nowhere.git"),
                branch: "main",
                folder: "\(scene.folder.path)/calls"
            )
            #expect(await code { _ = try await nowhere.head() } == .denied)
            let (_, remote) = try await scene.makeRemote()
            #expect(await code { try await remote.fetch(into: scene.repository, as: "refs/otomi/remote") } == .notFound)
        }
    }

    @Test("whose rules refuse a push says so in its own words")
    func hook() async throws {
        try await GitScene.with { scene in
            let (theirs, remote) = try await scene.makeRemote()
            let hook = "\(theirs.path)/hooks/pre-receive"
            mkdir("\(theirs.path)/hooks", 0o755)
            try write("#!/bin/sh\necho main is protected >&2\nexit 1\n", to: hook)
            chmod(hook, 0o755)
            let commit = try await scene.commit(["a": "1"])
            do {
                try await remote.push(commit, from: scene.repository)
                Issue.record("the push was taken")
            } catch let error as GitError {
                #expect(error.code == .rejected && error.message.contains("main is protected"), "\(error)")
            }
        }
    }

    @Test("gets no more time than its deadline")
    func deadline() async throws {
        try await GitScene.with { scene in
            let (theirs, remote) = try await scene.makeRemote(limits: GitRemote.Limits(deadline: .milliseconds(300)))
            let hook = "\(theirs.path)/hooks/pre-receive"
            mkdir("\(theirs.path)/hooks", 0o755)
            try write("#!/bin/sh\nexec sleep 600\n", to: hook)
            chmod(hook, 0o755)
            let commit = try await scene.commit(["a": "1"])
            #expect(await code { try await remote.push(commit, from: scene.repository) } == .unreachable)
        }
    }

    @Test("sends no more than may be stored")
    func packLimit() async throws {
        try await GitScene.with { scene in
            let (theirs, remote) = try await scene.makeRemote(limits: GitRemote.Limits(packBytes: 64 << 10))
            var random = SystemRandomNumberGenerator()
            let noise = (0..<40_000).map { _ in String(random.next(), radix: 36) }.joined()
            let commit = try await scene.commit(["noise": noise], in: theirs)
            try await theirs.setReference("refs/heads/main", to: commit, from: nil)
            #expect(await code { try await remote.fetch(into: scene.repository, as: "refs/otomi/remote") } != nil)
            #expect(try await scene.repository.reference("refs/otomi/remote") == nil)
        }
    }

    @Test("leaves no key behind, and its failure tells no credential")
    func secrecy() async throws {
        try await GitScene.with { scene in
            let remote = GitRemote(
                try GitRemoteAddress("https://127.0.0.1:9/hunter2/values.git"),
                branch: "main",
                credential: .password(username: "otomi", password: "hunter2"),
                authority: "no certificate",
                folder: "\(scene.folder.path)/calls",
                limits: GitRemote.Limits(deadline: .seconds(20))
            )
            do {
                _ = try await remote.head()
                Issue.record("somebody answers on port 9")
            } catch let error as GitError {
                #expect(error.code == .unreachable)
                #expect(!"\(error)".replacing(remote.address.text, with: "").contains("hunter2"), "\(error)")
            }
            #expect(!"\(GitCredential.key("-----BEGIN"))".contains("BEGIN"))
            #expect(rmdir("\(scene.folder.path)/calls") == 0, "something was left behind")
        }
    }

    @Test(
        "has an address that no program misunderstands",
        arguments: [
            "", "values.git", "git@github.com:a/b.git", "http://example.com/a.git", "git://example.com/a",
            "ext::sh -c id", "https://-oProxyCommand=id/a", "ssh://-oProxyCommand=id/a", "ssh://a:b@example.com/a",
            "https://user@example.com/a", "https://user:password@example.com/a", "https://example.com",
            "https://example.com/", "https:///a", "https://example.com/a b", "https://example.com/a\nb",
            "https://example.com/a?b", "https://example.com/a#b", "file://host/a", "--upload-pack=id",
            "https://example.com/$(id)`id`",
        ]
    )
    func addresses(_ text: String) async throws {
        #expect(await code { _ = try GitRemoteAddress(text) } == .invalid)
    }

    @Test("is named by a branch that is one")
    func branches() {
        for name in ["main", "team/values", "v1.2"] { #expect(GitBranchName.isValid(name), "\(name)") }
        for name in ["", "-x", "a b", "a..b", "a.lock", "/a", "a/", "a//b", "@", "HEAD", "refs/heads/x", "a~1", "a:b"] {
            #expect(!GitBranchName.isValid(name), "\(name)")
        }
        #expect(Base64Text.encode(Array("a".utf8)) == "YQ==" && Base64Text.encode(Array("abcd".utf8)) == "YWJjZA==")
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }
}
