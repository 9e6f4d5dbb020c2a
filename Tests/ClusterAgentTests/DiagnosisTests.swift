import AgentWorldSupport
import AgentTestSupport
import Bundles
import Concurrency
import Glibc
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

@testable import ClusterAgent

@Suite struct DiagnosisTests {
    /// Diagnoses an agent whose hub is as alive as a status server can be.
    private func diagnose(
        _ cluster: TestCluster,
        stateDirectory: String,
        hub: String? = nil,
        now: @escaping WallClock = { UnixTime.now() }
    ) async throws -> [Finding] {
        let server = try StatusServer(ListenAddress(host: "127.0.0.1", port: 0)) { .ok }
        let configuration = AgentConfiguration(
            hub: hub ?? "http://127.0.0.1:\(server.port)",
            token: nil,
            stateDirectory: stateDirectory,
            cluster: cluster.configuration,
            version: "test"
        )
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.run { _ in nil } }
            defer { group.cancelAll() }
            return await Diagnosis(configuration, environment: AgentEnvironment(now: now)).findings()
        }
    }

    private func finding(_ name: String, _ findings: [Finding]) -> Finding? { findings.first { $0.name == name } }

    @Test("a machine on which nothing ran yet is fine") func fresh() async throws {
        let cluster = try await TestCluster.simulated()
        let findings = try await diagnose(cluster, stateDirectory: "/tmp/otomi-agent-test-none")
        #expect(findings.filter { $0.verdict == .fail } == [])
        #expect(finding("hub", findings)?.detail.contains("HTTP status 200") == true)
        #expect(finding("TLS", findings)?.verdict == .warn)
        #expect(finding("API server", findings)?.detail.contains("runs v1.") == true)
        #expect(finding("inventory", findings)?.detail == "there is none yet")
        #expect(findings.filter { $0.name == "permission" }.count == NeededRight.all.count)
    }

    @Test("an agent that runs is seen: trust, lock, inventory, and what holds it back") func running() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([
                ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a")])
            ])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.annotate(Annotation.hold, "a migration")
                let findings = try await diagnose(world.cluster, stateDirectory: world.stateDirectory)
                #expect(finding("agent", findings)?.detail.hasPrefix("an agent runs") == true)
                #expect(finding("trust", findings)?.verdict == .ok)
                #expect(
                    finding("trust", findings)?.detail.contains("cluster demo, root version 1, generation 1") == true
                )
                #expect(finding("inventory", findings)?.detail == "2 objects in 1 chunks")
                #expect(finding("hold", findings)?.detail.contains("otomi.io/hold: a migration") == true)
                #expect(finding("enrolment", findings)?.verdict == .ok)
            }
            try await checkDamage(world)
        }
    }

    /// What is said of trust that is torn, damaged or too old.
    private func checkDamage(_ world: AgentWorld) async throws {
        let file = "\(world.stateDirectory)/trust"
        let later: WallClock = { UnixTime.now() + .seconds(400 * 86_400) }
        let old = try await diagnose(world.cluster, stateDirectory: world.stateDirectory, now: later)
        #expect(finding("trust", old)?.verdict == .fail)
        #expect(finding("trust", old)?.detail.contains("EXPIRED") == true)
        #expect(finding("agent", old)?.detail.hasPrefix("no agent runs") == true)
        try TemporaryDirectory.write(file, Array("torn".utf8))
        let torn = try await diagnose(world.cluster, stateDirectory: world.stateDirectory)
        #expect(finding("trust", torn)?.verdict == .warn)
        try TemporaryDirectory.write("\(file).previous", Array("torn too".utf8))
        let damaged = try await diagnose(world.cluster, stateDirectory: world.stateDirectory)
        #expect(finding("trust", damaged)?.verdict == .fail)
    }

    @Test("a hub and an API server that are away are failures with a next step") func away() async throws {
        let cluster = try await TestCluster.simulated()
        let findings = try await diagnose(
            cluster,
            stateDirectory: "/tmp/otomi-agent-test-none",
            hub: "http://127.0.0.1:1"
        )
        #expect(finding("hub", findings)?.verdict == .fail)
        #expect(finding("hub", findings)?.detail.contains("http://127.0.0.1:1 is not reached") == true)
        let configuration = AgentConfiguration(
            hub: "http://127.0.0.1:1",
            token: nil,
            stateDirectory: "/tmp/otomi-agent-test-none",
            cluster: KubernetesConfiguration(server: "http://127.0.0.1:1", credentials: .none, context: "x"),
            version: "test"
        )
        let others = await Diagnosis(configuration).findings()
        #expect(finding("API server", others)?.verdict == .fail)
    }

    @Test("a clock that is off is named before requests are refused") func clock() {
        #expect(Diagnosis.clock(skew: 3).verdict == .ok)
        #expect(Diagnosis.clock(skew: -90).verdict == .warn)
        #expect(Diagnosis.clock(skew: 301).verdict == .fail)
        #expect(HTTPDate.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    }

    @Test("rights are asked for one by one, and the missing ones are named", .enabled(if: TestCluster.hasReal))
    func rights() async throws {
        let cluster = try #require(try await TestCluster.real())
        let client = try cluster.makeClient()
        let nobody = client.impersonating(.serviceAccount("nobody", namespace: "default"))
        let right = NeededRight(verbs: ["list", "patch"], group: "apps", resource: "deployments")
        #expect(await Diagnosis.finding(of: right, client).verdict == .ok)
        let refused = await Diagnosis.finding(of: right, nobody)
        #expect(refused.verdict == .fail)
        #expect(refused.detail == "list, patch deployments.apps is not allowed")
        let lesser = NeededRight(verbs: ["list"], group: "", resource: "events", loss: "no warnings")
        #expect(await Diagnosis.finding(of: lesser, nobody).verdict == .warn)
        await client.shutDown()
    }

    @Test("a finding is one line, or a JSON object") func forms() throws {
        let finding = Finding("hub", .fail, "not\nreached")
        #expect(finding.line == "FAIL hub: not reached")
        #expect(try Finding(json: finding.json) == finding)
    }
}
