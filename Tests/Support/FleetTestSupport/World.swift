package import Foundation
package import HubAPI
package import JSON
package import KubernetesTestSupport
import HTTPTransport
import Testing

/// A hub, its agents and its clusters as real processes, in a folder that goes away with them.
package actor World {
    package nonisolated let folder: URL
    private let http: HTTPClient
    private var hub: Program?
    private var agents: [String: Program] = [:]
    package private(set) var url = ""
    package private(set) var token = ""

    private let logLevel: String

    private init(folder: URL, logLevel: String) throws {
        self.folder = folder
        self.logLevel = logLevel
        http = try HTTPClient()
    }

    /// Makes a world with a running hub, runs `body`, and ends every process, whatever happened.
    package static func with(logLevel: String = "info", _ body: (World) async throws -> Void) async throws {
        let folder = URL(filePath: "/tmp/otomi-e2e-\(UUID().uuidString.prefix(8))")
        // The account that PostgreSQL runs as must be able to walk through.
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        let world = try World(folder: folder, logLevel: logLevel)
        do {
            try await world.startHub()
            try await body(world)
        } catch {
            await world.recordLogs()
            await world.end()
            throw error
        }
        await world.end()
    }

    private func end() async {
        for agent in agents.values { await agent.stop() }
        await hub?.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Keeps the logs' ends with the test's result, since the folder goes away.
    package func recordLogs() {
        let logs = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        for log in logs where log.pathExtension == "log" {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            Issue.record("the end of \(log.lastPathComponent):\n\(text.suffix(3_000))")
        }
    }

    // MARK: - The hub

    /// Starts the hub on the address it had before, if it had one.
    package func startHub() async throws {
        let isFirst = url.isEmpty
        let address = isFirst ? "127.0.0.1:0" : String(url.dropFirst("http://".count))
        let program = try Program.start(
            "otomi-hub",
            [
                "serve", "--data-dir", folder.appending(path: "hub").path, "--listen", address, "--log-level", logLevel,
            ],
            log: folder.appending(path: "hub.log")
        )
        hub = program
        url = try await program.firstLine()
        token = try String(contentsOf: folder.appending(path: "hub/admin-token"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard isFirst else { return }
        // What a test commits is wanted everywhere from then on.
        let policy = try await otomi("rollout", "policy", "set", "--strategy", "at-once")
        try #require(policy.status == 0, "\(policy.standardError)")
    }

    package func stopHub(_ signal: Int32 = SIGTERM) async {
        await hub?.stop(signal)
    }

    package var isHubRunning: Bool { hub?.isRunning ?? false }

    /// Kills the private PostgreSQL hard, as the kernel would when memory runs out.
    package func killDatabase() {
        let file = folder.appending(path: "hub/postgres/postmaster.pid")
        guard let text = try? String(contentsOf: file, encoding: .utf8),
            let line = text.split(separator: "\n").first, let identifier = Int32(line)
        else { return }
        kill(identifier, SIGKILL)
    }

    /// The client that the command line uses.
    package func client() throws -> HubClient {
        try HubClient(url: url, token: token, client: http)
    }

    /// Runs the command line against the hub.
    package func otomi(_ arguments: String...) async throws -> Program.Output {
        try await Program.run(
            "otomi",
            arguments,
            in: folder,
            environment: ["OTOMI_HUB": url, "OTOMI_TOKEN": token, "NO_COLOR": "1"]
        )
    }

    /// Runs the command line and reads the JSON it prints.
    package func otomiJSON(_ arguments: String...) async throws -> JSONValue {
        let output = try await Program.run(
            "otomi",
            arguments + ["-o", "json"],
            in: folder,
            environment: ["OTOMI_HUB": url, "OTOMI_TOKEN": token, "NO_COLOR": "1"]
        )
        try #require(output.status == 0, "otomi \(arguments.joined(separator: " ")): \(output.standardError)")
        return try JSONValue(parsing: output.standardOutput)
    }

    // MARK: - Agents

    /// Adds a cluster to the fleet and starts its agent.
    package func enrol(
        _ name: String,
        provider: String = "onprem",
        region: String = "lab",
        at cluster: TestCluster
    ) async throws {
        let added = try await otomiJSON("cluster", "add", name, "--provider", provider, "--region", region)
        try startAgent(name, token: added.required("token"), at: cluster)
    }

    /// Starts a cluster's agent; without a token it must have enrolled before.
    ///
    /// It reaches the hub at `address` when that is another than the hub's own.
    package func startAgent(
        _ name: String,
        token: String? = nil,
        at cluster: TestCluster,
        through address: String? = nil
    ) throws {
        let kubeconfig = folder.appending(path: "\(name).kubeconfig")
        try cluster.kubeconfig.write(to: kubeconfig, atomically: true, encoding: .utf8)
        var arguments = [
            "run", "--hub", address ?? url, "--log-level", logLevel, "--state-dir",
            folder.appending(path: "agent-\(name)").path,
            "--kubeconfig", kubeconfig.path,
        ]
        if let token { arguments += ["--token", token] }
        agents[name] = try Program.start("otomi-agent", arguments, log: folder.appending(path: "agent-\(name).log"))
    }

    package func stopAgent(_ name: String, _ signal: Int32 = SIGTERM) async {
        await agents[name]?.stop(signal)
    }
}

extension World {
    /// Waits until these clusters run their desired revision; one that has not enrolled yet is waited for too.
    package func wait(for clusters: String..., timeout: String = "90s") async throws {
        let output = try await waited(for: clusters, timeout)
        try #require(output.status == 0, "\(output.standardError)")
    }

    /// Waits as a person would who agrees to every deletion that an agent holds back.
    package func waitConfirming(for clusters: String..., timeout: String = "90s") async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while true {
            let output = try await waited(for: clusters, timeout)
            if output.status == 0 { return }
            try #require(output.status == 9 && ContinuousClock.now < deadline, "\(output.standardError)")
            for cluster in clusters {
                let confirmed = try await otomi("cluster", "confirm", cluster, "--yes")
                // With 4 other deletions wait by now; the next look shows them.
                try #require([0, 4].contains(confirmed.status), "\(confirmed.standardError)")
            }
        }
    }

    private func waited(for clusters: [String], _ timeout: String) async throws -> Program.Output {
        try await Program.run(
            "otomi",
            ["wait", "--timeout", timeout] + clusters.flatMap { ["--cluster", $0] },
            in: folder,
            environment: ["OTOMI_HUB": url, "OTOMI_TOKEN": token, "NO_COLOR": "1"]
        )
    }
}
