import Foundation
import HTTPTransport
import HubAPI
import JSON
import OtomiCommands
import Synchronization
import Testing

/// Commands that were meant for another shell.
@Suite struct ContextTests {
    /// Somebody's machine: one home, and as many shells as they like.
    private final class Machine: Sendable {
        let home: String
        private let sent = Mutex<[String]>([])
        private let labels: [String: String]

        init(_ config: JSONValue, clusterLabels labels: [String: String] = [:]) throws {
            home = FileManager.default.temporaryDirectory.appendingPathComponent("otomi-\(UUID().uuidString)").path
            self.labels = labels
            let folder = "\(home)/.config/otomi"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let file = "\(folder)/config.json"
            try Data(config.serialized()).write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }

        deinit { try? FileManager.default.removeItem(atPath: home) }

        /// The changes that reached a hub, like `DELETE https://prod.example/api/v1/clusters/eu`.
        var changes: [String] { sent.withLock { $0.filter { !$0.hasPrefix("GET") } } }

        /// Runs a command in a shell; `types` is what the person answers, `nil` when nobody is there.
        func otomi(_ arguments: String..., shell: [String: String] = [:], types: String? = nil) async -> CommandStatus {
            let session = Session(
                terminal: Terminal(
                    write: { _ in },
                    writeError: { _ in },
                    readLine: { types },
                    isInputInteractive: types != nil,
                    isErrorInteractive: types != nil
                ),
                environment: ["HOME": home].merging(shell) { $1 },
                time: .system,
                connect: { url, token, _, _ in
                    try HubClient(url: url, token: token) { (request) async throws(HTTPTransportError) in
                        self.answer(request)
                    }
                }
            )
            return await OtomiCommand.run(arguments, in: session)
        }

        private func answer(_ request: HTTPRequest) -> HTTPResponse {
            sent.withLock { $0.append("\(request.method) \(request.url)") }
            let cluster = ClusterStatus(
                name: "eu",
                id: "1",
                provider: "aws",
                region: "eu",
                labels: labels,
                state: .inSync
            )
            return HTTPResponse(
                status: request.method == .delete ? 204 : 200,
                headers: ["Content-Type": "application/json"],
                body: cluster.json.serialized()
            )
        }
    }

    private static let config: JSONValue = [
        "current": "test",
        "contexts": [
            ["name": "test", "hub": "https://test.example", "token": "t"],
            ["name": "live", "hub": "https://live.example", "token": "t", "tier": "prod"],
        ],
    ]

    @Test("34 · a command goes to the hub of its own shell, and to no other when that is gone")
    func perShell() async throws {
        let machine = try Machine(Self.config)
        let live = ["OTOMI_CONTEXT": "live"]
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes") == .success)
        #expect(machine.changes == ["DELETE https://test.example/api/v1/clusters/eu"])
        // Another shell's choice changes nothing here, and the default nothing there.
        #expect(await machine.otomi("context", "use", "live", "--shell") == .success)
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes") == .success)
        #expect(await machine.otomi("context", "use", "live") == .success)
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes", shell: ["OTOMI_CONTEXT": "test"]) == .success)
        #expect(machine.changes.allSatisfy { $0.contains("test.example") })
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes", shell: ["OTOMI_CONTEXT": "gone"]) == .usage)
        #expect(await machine.otomi("cluster", "remove", "eu", "-y", "--confirm", "live", shell: live) == .success)
        #expect(machine.changes.count == 4)
        #expect(machine.changes.last?.contains("live.example") == true)
    }

    @Test("34 · in production --yes is not enough: the name is typed, or nothing is changed")
    func typedName() async throws {
        let machine = try Machine(Self.config)
        let live = ["OTOMI_CONTEXT": "live"]
        for types in [nil, "y", "yes", "test", ""] as [String?] {
            #expect(await machine.otomi("cluster", "remove", "eu", "--yes", shell: live, types: types) != .success)
            #expect(
                await machine.otomi("cluster", "pause", "eu", "--reason", "x", shell: live, types: types) != .success
            )
            #expect(await machine.otomi("app", "disable", "kured", shell: live, types: types) != .success)
            #expect(await machine.otomi("user", "disable", "alice", shell: live, types: types) != .success)
        }
        #expect(await machine.otomi("cluster", "remove", "eu", "-y", "--confirm", "test", shell: live) != .success)
        #expect(machine.changes.isEmpty)
        // Naming the same hub by its address is no way around.
        let named = ["OTOMI_HUB": "https://live.example/", "OTOMI_TOKEN": "t"]
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes", shell: named) != .success)
        #expect(machine.changes.isEmpty)
        #expect(await machine.otomi("cluster", "list", shell: live) != .usage)
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes", shell: live, types: "live") == .success)
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes", "--confirm", "eu", shell: live) == .success)
    }

    @Test("34 · a cluster with the label tier=prod is production in every context")
    func labelled() async throws {
        let machine = try Machine(Self.config, clusterLabels: ["tier": "prod"])
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes", types: "y") != .success)
        #expect(machine.changes.isEmpty)
        #expect(await machine.otomi("cluster", "remove", "eu", "--yes", types: "eu") == .success)
    }
}
