import AgentProtocol
import Bundles
import Foundation
import HTTPTypes
import HubAPI
import HubTestSupport
import JSON
import PostgresTestSupport
import Testing
import Values
import YAML

@testable import OtomiCommands

/// Small texts that would keep a parser busy, or fill its stack or memory.
@Suite struct ParserBombTests {
    /// Nine aliases of nine aliases, nine levels up: a billion values in a few lines.
    private static let laughs: String = {
        var lines = ["a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]"]
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
            lines.append("a\(level): &a\(level) [\(aliases)]")
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    @Test("19 · aliases are counted as what they stand for, and a bomb of them ends with the budget of values")
    func aliases() {
        let error = #expect(throws: YAMLError.self) {
            try YAML.document(in: Array(Self.laughs.utf8), limits: YAMLLimits(maximumNodes: 100_000))
        }
        #expect(error?.message.contains("more than 100000 values, counting what aliases repeat") == true)
        #expect(YAMLLimits().maximumNodes == 2_000_000)
        #expect(throws: YAMLError.self) { try YAML.document(in: Array("a: &a [*a]\n".utf8)) }
    }

    @Test(
        "19 · YAML nested too deep is refused, in flow and in block style",
        arguments: [String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000), blocks]
    )
    func depth(_ text: String) {
        let error = #expect(throws: YAMLError.self) { try YAML.document(in: Array(text.utf8)) }
        #expect(error?.message.contains("nested deeper than 100") == true)
    }

    private static let blocks = (0..<500).map { String(repeating: " ", count: $0) + "a:\n" }.joined()

    @Test(
        "19 · a bomb in a values repository or in documents is a fault that names the file",
        arguments: [laughs, blocks]
    )
    func repository(_ bomb: String) async throws {
        let folder = try TemporaryDirectory(prefix: "otomi-bombs")
        defer { folder.remove() }
        try bomb.write(toFile: "\(folder.path)/bomb.yaml", atomically: true, encoding: .utf8)
        let file = try #require(try Folder(reading: folder.path).files.first)
        let error = #expect(throws: TextFile.Unreadable.self) {
            try TextFile.values(file.bytes, file: file.path)
        }
        #expect(error?.fault.file == "bomb.yaml")
    }

    @Test("19 · JSON nested too deep is refused by every route, by whoever sends it")
    func api() async throws {
        let bomb = Array((String(repeating: "[", count: 200_000)).utf8)
        try await HubTest.with { hub, caller in
            for route in [Route.clusters, .commits, .imports] {
                let answer = try await caller.send(.post, route.path(), body: bomb)
                try answer.problem(.badRequest)
                #expect(answer.text.contains("nested deeper than 128"))
            }
            let agent = try await TestAgent.enrolled("paris", hub, caller)
            for route in [AgentRoute.report, .objects] {
                #expect(try await agent.send(try agent.signed(route, body: bomb)).status == 400)
            }
        }
    }

    @Test("19 · metadata nested too deep is malformed before anything of it is believed")
    func metadata() throws {
        let bomb = Array(("{\"signed\":" + String(repeating: "{\"a\":", count: 100_000)).utf8)
        let error = #expect(throws: BundleError.self) { try SignedMetadata(parsing: bomb, name: "1.root.json") }
        #expect(error?.code == .malformed)
    }
}
