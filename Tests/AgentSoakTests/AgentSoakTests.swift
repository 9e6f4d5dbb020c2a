import AgentTestSupport
import Concurrency
import FleetTestSupport
import Foundation
import JSON
import Kubernetes
import Testing

/// Simulated hours with random faults; `script/soak` runs a whole day.
@Suite struct AgentSoakTests {
    private static let minutesOfStep = 10

    private static var hours: Int {
        ProcessInfo.processInfo.environment["OTOMI_SOAK_HOURS"].flatMap { Int($0) } ?? 3
    }

    @Test("after hours of faults the cluster is as the bundle says, and nothing has leaked")
    func hours() async throws {
        let folder = URL(filePath: "/tmp/otomi-soak-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let simulator = try Program.start("otomi-simulator", [], log: folder.appending(path: "simulator.log"))
        let url = try JSONValue(parsing: try await simulator.firstLine()).required("url", as: String.self)
        let serverPort = try #require(url.split(separator: ":").last.flatMap { Int($0) })
        let time = CompressedTime()
        // Both see the same hours go by: metadata that the hub signed yesterday is too old for the agent.
        let hub = try ScriptedHub(clock: { time.now })
        let client = try KubernetesClient(KubernetesConfiguration(server: url))
        try await HubServer(hub).serving { hubPort in
            try await FaultyProxy.with(to: serverPort) { server, serverProxyPort in
                try await FaultyProxy.with(to: hubPort) { hubProxy, hubProxyPort in
                    let soak = Soak(
                        time: time,
                        hub: hub,
                        server: server,
                        hubProxy: hubProxy,
                        hubPort: hubProxyPort,
                        serverURL: "http://127.0.0.1:\(serverProxyPort)",
                        client: client,
                        folder: folder
                    )
                    try await run(soak)
                }
            }
        }
        await client.shutDown()
        await simulator.stop()
    }

    private func run(_ soak: Soak) async throws {
        let steps = Self.hours * 60 / Self.minutesOfStep
        var random = SeededGenerator(seed: 20_261_127)
        var early: ProcessUse?
        var step = 0
        while step < steps {
            let first = step
            // An agent lives until a restart is drawn.
            let life = Self.life(from: step, of: steps, &random)
            try await soak.agent {
                for (offset, fault) in life.enumerated() {
                    try await soak.meet(fault, number: first + offset + 1, for: Self.minutesOfStep)
                }
            }
            #expect(soak.time.sleepers == 0, "an agent that has ended has no task left")
            if life.last == .lostState { soak.loseState() }
            step += life.count
            if early == nil, step >= steps / 6 { early = try ProcessUse(of: getpid()) }
        }
        try await soak.agent { try await soak.settle(steps + 1) }
        #expect(try await soak.differences(steps + 1) == [])
        let late = try ProcessUse(of: getpid())
        let before = try #require(early)
        print("after \(Self.hours) simulated hours: \(late); before: \(before)")
        #expect(late.anonymousKilobytes - before.anonymousKilobytes < 16 << 10)
        #expect(late.descriptors - before.descriptors < 12)
        #expect(late.threads - before.threads < 8)
    }

    private static func life(from step: Int, of steps: Int, _ random: inout SeededGenerator) -> [SoakFault] {
        var life: [SoakFault] = step == 0 ? [.change] : []
        while step + life.count < steps {
            let fault = SoakFault.allCases.randomElement(using: &random) ?? .quiet
            life.append(fault)
            if fault == .restart || fault == .lostState { break }
        }
        return life
    }
}
