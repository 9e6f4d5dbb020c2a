import AgentWorldSupport
import Glibc
import Testing

@testable import ClusterAgent

@Suite struct StateDirectoryTests {
    @Test("a payload comes back from the form on disk") func roundTrip() {
        let payload = Array("some\nbytes\u{0}".utf8)
        #expect(StateFile.decode(StateFile.encode(payload)) == payload)
        #expect(StateFile.decode(StateFile.encode([])) == [])
    }

    @Test("a torn file is noticed", arguments: [0, 1, 10, 20, 40]) func torn(missing: Int) {
        let bytes = StateFile.encode(Array(repeating: 7, count: 30))
        #expect((StateFile.decode(Array(bytes.dropLast(missing))) == nil) == (missing > 0))
        var changed = bytes
        changed[changed.count - 1] = 8
        #expect(StateFile.decode(changed) == nil)
    }

    @Test("a damaged file leads back to the copy before it, never to nothing") func previousCopy() async throws {
        try await TemporaryDirectory.with { path in
            let state = try StateDirectory(path: path)
            try await state.write("trust", [1])
            try await state.write("trust", [2])
            #expect(try await state.read("trust") == [2])
            try TemporaryDirectory.write("\(path)/trust", Array(StateFile.encode([2]).dropLast()))
            #expect(try await state.read("trust") == [1])
            try TemporaryDirectory.write("\(path)/trust.previous", [0])
            await #expect(throws: StateError.self) { try await state.read("trust") }
        }
    }

    @Test("what is not there is nil, and files are for their owner only") func modes() async throws {
        try await TemporaryDirectory.with { path in
            let state = try StateDirectory(path: "\(path)/made/deep")
            #expect(try await state.read("identity") == nil)
            try await state.keep(AgentIdentity())
            #expect(TemporaryDirectory.mode("\(path)/made/deep") == 0o700)
            #expect(TemporaryDirectory.mode("\(path)/made/deep/identity") == 0o600)
            #expect(try await state.identity()?.enrolment == nil)
        }
    }

    @Test("a second agent on the same directory is refused with a clear line") func locked() async throws {
        try await TemporaryDirectory.with { path in
            let first = try StateDirectory(path: path)
            let error = #expect(throws: StateError.self) { try StateDirectory(path: path) }
            #expect(error?.description.contains("another otomi-agent is running") == true)
            await first.remove("nothing")
        }
    }

    @Test("a path that is no directory is one clear line") func notADirectory() throws {
        let error = #expect(throws: StateError.self) { try StateDirectory(path: "/dev/null/state") }
        #expect(error?.description.contains("--state-dir") == true)
    }

    @Test("what was removed need not reach the disk; what should and cannot is tried again") func sync() async throws {
        try await TemporaryDirectory.with { path in
            let state = try StateDirectory(path: path)
            try await state.write("reports", [1])
            try await state.write("trust", [1])
            await state.remove("reports")
            try await state.sync()
            try await state.write("trust", [2])
            unlink("\(path)/trust")
            for _ in 0..<2 { await #expect(throws: StateError.self) { try await state.sync() } }
            try await state.write("trust", [3])
            try await state.sync()
        }
    }

    @Test("layers that left the bundle leave the disk") func layers() async throws {
        try await TemporaryDirectory.with { path in
            let state = try StateDirectory(path: path)
            try await state.keepLayer("aa", [1])
            try await state.keepLayer("bb", [2])
            await state.retainLayers(["bb"])
            #expect(await state.layer("aa") == nil)
            #expect(await state.layer("bb") == [2])
        }
    }
}
