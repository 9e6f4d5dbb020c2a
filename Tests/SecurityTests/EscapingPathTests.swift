import AgentProtocol
import Bundles
import Foundation
import Glibc
import HubTestSupport
import PostgresTestSupport
import Testing

@testable import OtomiCommands

/// Names that look like ways out of a folder.
@Suite struct EscapingPathTests {
    @Test(
        "18 · no name of metadata or of a layer can be a path",
        arguments: [
            "../1.root.json", "1.root.json/../../x", "/etc/passwd", "1.targets.json\0", "..", ".", "01.root.json",
            "-1.root.json", "1.root.json ", "9223372036854775808.root.json", "%2e%2e", "1.ROOT.json", "1./root.json",
        ]
    )
    func names(_ name: String) {
        #expect(MetadataFileName(name) == nil)
        #expect(Digest(name) == nil)
        #expect(AgentRoute(method: "GET", path: "\(AgentRoute.prefix)/tuf/\(name)") == nil)
        #expect(AgentRoute(method: "GET", path: "\(AgentRoute.prefix)/layers/sha256/\(name)") == nil)
    }

    @Test("18 · a digest is sixty-four hexadecimal digits, so a layer's place in the cache is too")
    func digests() throws {
        let digest = Digest(of: Array("layer".utf8))
        #expect(digest.hex.utf8.count == 64)
        #expect(digest.hex.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
        #expect(Digest(digest.hex) == digest)
        #expect(Digest(digest.hex.uppercased()) == nil)
        #expect(Digest("../" + digest.hex.dropFirst(3)) == nil)
    }

    @Test("18 · the hub has nothing at a path that leads elsewhere")
    func routes() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            for target in ["tuf/..%2f..%2fetc%2fpasswd", "tuf/%2e%2e", "layers/sha256/..%2f..%2froot.json"] {
                var request = try agent.signed(.metadata(.timestamp, poll: nil))
                request.target = "\(AgentRoute.prefix)/\(target)"
                #expect([401, 404].contains(try await agent.send(request).status))
            }
        }
    }

    @Test(
        "18 · a command writes no file outside of its folder, and then none at all",
        arguments: ["../x", "/etc/x", "a/../../x", "a//x", "./x", ".otomi-template"]
    )
    func output(_ path: String) throws {
        let folder = try TemporaryDirectory(prefix: "otomi-paths")
        defer { folder.remove() }
        let error = #expect(throws: CommandFailure.self) {
            try OutputFolder(at: "\(folder.path)/out").replace(with: ["good.yaml": "a", path: "b"])
        }
        #expect(error?.message.contains("leads out of the folder") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("18 · a link in a folder's place leads no file out of it")
    func links() throws {
        let folder = try TemporaryDirectory(prefix: "otomi-paths")
        defer { folder.remove() }
        let (out, outside) = ("\(folder.path)/out", "\(folder.path)/outside")
        #expect(try OutputFolder(at: out).replace(with: ["a/x.yaml": "1"]) == 0)
        try FileManager.default.removeItem(atPath: "\(out)/a")
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: "\(out)/a", withDestinationPath: outside)
        #expect(throws: CommandFailure.self) { try OutputFolder(at: out).replace(with: ["a/x.yaml": "2"]) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
        try FileManager.default.removeItem(atPath: "\(out)/a")
        try "precious".write(toFile: "\(outside)/file", atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: "\(out)/a", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: "\(out)/a/x.yaml", withDestinationPath: "\(outside)/file")
        #expect(throws: CommandFailure.self) { try OutputFolder(at: out).replace(with: ["a/x.yaml": "3"]) }
        #expect(try String(contentsOfFile: "\(outside)/file", encoding: .utf8) == "precious")
        // Nor is a stale file removed through a link.
        try FileManager.default.removeItem(atPath: "\(out)/a")
        try "precious".write(toFile: "\(outside)/x.yaml", atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: "\(out)/a", withDestinationPath: outside)
        #expect(try OutputFolder(at: out).replace(with: ["b.yaml": "4"]) == 1)
        #expect(try String(contentsOfFile: "\(outside)/x.yaml", encoding: .utf8) == "precious")
    }

    @Test("18 · an import reads neither links nor pipes nor devices of a repository")
    func input() throws {
        let folder = try TemporaryDirectory(prefix: "otomi-paths")
        defer { folder.remove() }
        try "a: 1".write(toFile: "\(folder.path)/a.yaml", atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/b.yaml",
            withDestinationPath: "/etc/passwd"
        )
        #expect(mkfifo("\(folder.path)/c.yaml", 0o600) == 0)
        let read = try Folder(reading: folder.path)
        #expect(read.files.map(\.path) == ["a.yaml"])
        #expect(read.links == ["b.yaml"])
    }
}
