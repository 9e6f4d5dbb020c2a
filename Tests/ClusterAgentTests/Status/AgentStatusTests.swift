import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import Foundation
import HTTPTransport
import JSON
import Kubernetes
import KubernetesTestSupport
import Logging
import Observability
import Synchronization
import Testing

@testable import ClusterAgent

@Suite struct AgentStatusTests {
    /// A port that was free a moment ago.
    private func freePort() throws -> UInt16 {
        let (descriptor, port) = try ListenAddress(host: "127.0.0.1", port: 0).listen()
        close(descriptor)
        return port
    }

    private func get(_ http: HTTPClient, _ port: UInt16, _ path: String) async throws -> (status: Int, body: String) {
        let answer = try await http.send(HTTPRequest(.get, "http://127.0.0.1:\(port)\(path)"))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    private func parse(_ text: String) -> [String: Double] {
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        return samples
    }

    @Test("a running agent serves probes and metrics that promtool accepts") func running() async throws {
        let port = try freePort()
        try await AgentWorld.with { world in
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a"), .configMap("b")])
            ])
            let http = try HTTPClient()
            try await world.agent(configure: { $0.listen = ListenAddress(host: "127.0.0.1", port: port) }) {
                _ = try await world.hub.inSync(1)
                #expect(try await get(http, port, "/livez").status == 200)
                #expect(try await get(http, port, "/readyz").status == 200)
                let text = try await get(http, port, "/metrics").body
                let samples = parse(text)
                #expect(samples["otomi_agent_generation"] == 1)
                #expect(samples["otomi_agent_desired_generation"] == 1)
                #expect(samples[#"otomi_agent_objects{state="ready"}"#] == 3)
                #expect(samples[#"otomi_agent_applies_total{result="applied"}"#] == 3)
                #expect(samples["otomi_agent_apply_duration_seconds_count"] == 3)
                #expect(samples[#"otomi_agent_build_info{version="test"}"#] == 1)
                #expect((samples["otomi_agent_hub_contact_age_seconds"] ?? -1) >= 0)
                #expect((samples["otomi_agent_trust_expiry_timestamp_seconds"] ?? 0) > 1_700_000_000)
                #expect((samples[#"otomi_agent_hub_requests_total{call="report",result="ok"}"#] ?? 0) >= 1)
                #expect((samples["process_resident_memory_bytes"] ?? 0) > 1_000_000)
                #expect((samples["process_open_fds"] ?? 0) > 3)
                #expect((samples["process_threads"] ?? 0) >= 1)
                #expect((samples["process_cpu_seconds_total"] ?? 0) > 0)
                #expect((samples["process_start_time_seconds"] ?? 0) > 1_500_000_000)
                try PromTool.check(text)
            }
            await http.shutDown()
        }
    }

    @Test("an agent that is not enrolled is live and not ready") func away() async {
        let status = AgentStatus(version: "test", environment: .system)
        #expect(await status.answer("/readyz")?.status == 503)
        #expect(await status.answer("/readyz")?.body.contains("not enrolled") == true)
        #expect(status.pulse.liveness == .ok)
        #expect(await status.answer("/debug") == nil)
    }

    @Test("log lines name objects and hold no content of a secret, token or key") func logs() async throws {
        let lines = LogLines()
        try await AgentWorld.with { world in
            var secret = JSONValue.configMap("Not_Valid")
            secret["kind"] = "Secret"
            secret["data"] = ["password": "aHVudGVyMg=="]
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a"), secret])
            ])
            let logger = Logger(label: "test") { label in
                LogOutput(label: label, level: .trace, format: .json) { lines.append($0) }
            }
            try await world.agent(log: logger) {
                let report = try await world.hub.report { $0.generation == 1 && !$0.notReady.isEmpty }
                #expect(report.notReady.map(\.name) == ["Not_Valid"])
            }
        }
        let all = lines.all
        #expect(!all.isEmpty)
        #expect(all.contains { $0.contains(#""object":"Secret/team-a/Not_Valid""#) })
        for word in ["hunter2", "aHVudGVyMg==", ScriptedHub.token] {
            #expect(!all.contains { $0.contains(word) }, "a line holds \(word)")
        }
        #expect(all.allSatisfy { (try? JSONValue(parsing: Array($0.utf8)))?["message"] != nil })
    }
}

/// What was logged.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Prometheus' own reader of metrics; `script/bootstrap` installs it.
enum PromTool {
    /// What the tool complains about.
    struct Complaint: Error, CustomStringConvertible {
        let description: String
    }

    static func check(_ text: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["promtool", "check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let complaint = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0, complaint.isEmpty else { throw Complaint(description: complaint) }
    }
}
