import Concurrency
import HubRollouts
import HubStore
import Testing
import Values

@Suite struct WavePlanTests {
    private static func member(
        _ name: String,
        labels: [String: String] = [:],
        _ change: (inout WavePlan.Member) -> Void = { _ in }
    ) -> WavePlan.Member {
        var member = WavePlan.Member(
            id: name,
            identity: ClusterIdentity(name: name, provider: "aws", region: "", labels: labels)
        )
        change(&member)
        return member
    }

    private static func wave(_ number: Int, of plan: WavePlan) -> [String] {
        plan.waves.filter { $0.value == number }.map(\.key).sorted()
    }

    @Test func `percentages are of all affected clusters, the waves before included`() {
        let plan = WavePlan(Scene.names(40).map { Self.member($0) }, by: .standard)
        #expect((0..<4).map { Self.wave($0, of: plan).count } == [1, 3, 16, 20])
    }

    @Test(arguments: ["canary", "otomi.io/canary"])
    func `a labelled cluster is the canary before any other`(label: String) {
        let members = [
            Self.member("a"), Self.member("b", labels: [label: "false"]), Self.member("c", labels: [label: "true"]),
        ]
        #expect(Self.wave(0, of: WavePlan(members, by: .standard)) == ["c"])
    }

    @Test func `one that answers and is well is a better canary`() {
        let members = [
            Self.member("a", labels: ["canary": "true"]) { $0.answers = false },
            Self.member("b") { $0.isWell = false }, Self.member("c"),
        ]
        #expect(Self.wave(0, of: WavePlan(members, by: .standard)) == ["c"])
    }

    @Test func `after a superseded rollout its canaries are canaries again, and what failed goes with them`() {
        let members = [
            Self.member("a"), Self.member("b") { $0.wasCanary = true }, Self.member("c"),
            Self.member("d") { $0.hadFailed = true },
        ]
        #expect(Self.wave(0, of: WavePlan(members, by: .standard)) == ["b", "d"])
    }

    @Test func `waves by labels, names and counts; what no wave names comes last`() {
        let strategy = RolloutStrategy(waves: [
            RolloutWave(.clusters(["d"])), RolloutWave(.selector(["env": "test"])), RolloutWave(.count(1)),
        ])
        let members = ["a", "b", "c", "d", "e"].map { name in
            Self.member(name, labels: name == "c" ? ["env": "test"] : [:])
        }
        let plan = WavePlan(members, by: strategy)
        #expect((0..<4).map { Self.wave($0, of: plan) } == [["d"], ["c"], ["a"], ["b", "e"]])
        #expect(plan.count == 4)
    }
}
