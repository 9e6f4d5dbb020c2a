import AgentTestSupport
import ClusterAgent
import Foundation
import Kubernetes
import KubernetesTestSupport

/// Measures the agent beside `kubectl apply --server-side` and beside a bare HTTP client, on one real API server.
///
/// The agent is a process of its own that follows a hub over HTTP. Its clock starts when the hub publishes and stops when
/// the hub has the report that everything is applied, so fetching, verifying, the inventory and the report are in it.
@main
struct AgentBenchmark {
    private static let objects = 1_000
    private static let manyObjects = 10_000
    private static let rounds = 3
    private static let idleSeconds = 60

    static func main() async throws {
        // Each figure is out when it is known, also into a file: a run that breaks off keeps what it measured.
        setvbuf(stdout, nil, _IOLBF, 0)
        guard let cluster = try await TestCluster.real() else {
            FileHandle.standardError.write(Data("set KUBEBUILDER_ASSETS: this needs a real API server\n".utf8))
            exit(2)
        }
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: agent-benchmark PATH-OF-OTOMI-AGENT\n".utf8))
            exit(2)
        }
        let program = URL(filePath: CommandLine.arguments[1])
        let folder = URL(filePath: "/tmp/otomi-agent-benchmark-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let hub = try ScriptedHub()
        try await HubServer(hub).serving { port in
            let stage = Stage(cluster: cluster, api: try cluster.makeClient(), hub: hub, folder: folder)
            try await stage.prepare()
            let agent = try await stage.startAgent(program, hubPort: port)
            try await run(stage, agent, program)
            agent.stop()
        }
    }

    private static func run(_ stage: Stage, _ agent: AgentProcess, _ program: URL) async throws {
        var footprint: [(String, ProcessUse)] = []
        try await Task.sleep(for: .seconds(5))
        footprint.append(("idle", try agent.use()))

        var rates = RateTable()
        var processorPerThousand = Samples()
        for round in 1...rounds {
            try await stage.round(round, objects: objects, agent, &rates, &processorPerThousand)
            if round == 1 {
                try await Task.sleep(for: .seconds(5))
                footprint.append(("\(objects) objects", try agent.use()))
            }
        }
        rates.print()
        print("CPU of the agent for 1,000 objects: \(rounded(processorPerThousand.percentile(0.5))) s at first")

        let idle = try await idleProcessor(agent)
        let drift = try await stage.drift(samples: 100)
        try await stage.fill(to: manyObjects, have: rounds * objects)
        try await Task.sleep(for: .seconds(5))
        footprint.append(("\(manyObjects) objects", try agent.use()))
        for (name, use) in footprint { print("\(name): \(use)") }
        print("CPU of an idle hour with \(rounds * objects) objects, from \(idleSeconds) s: \(rounded(idle)) s")
        let size = try FileManager.default.attributesOfItem(atPath: program.path)[.size] as? Int ?? 0
        print("binary: \(size / 1_024) KiB, stripped, with Swift's libraries inside")
        for (name, samples) in drift {
            print("\(name) by hand → restored: \(samples.milliseconds(0.5, 0.99))")
        }
    }

    private static func idleProcessor(_ agent: AgentProcess) async throws -> Double {
        try await Task.sleep(for: .seconds(5))
        let before = try agent.use().processorSeconds
        try await Task.sleep(for: .seconds(idleSeconds))
        return (try agent.use().processorSeconds - before) * 3_600 / Double(idleSeconds)
    }
}

/// Two digits after the point.
func rounded(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = abs(hundredths % 100)
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}
