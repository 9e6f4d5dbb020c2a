import HubAPI
import Testing

@testable import OtomiCommands

@Suite struct FleetGoalTests {
    static func cluster(
        _ name: String,
        _ state: ClusterState,
        desired: Int64? = nil,
        applied: Int64? = nil,
        reason: String? = nil
    ) -> ClusterStatus {
        ClusterStatus(
            name: name,
            id: name,
            provider: "aws",
            region: "",
            state: state,
            reason: reason,
            desiredRevision: desired,
            appliedRevision: applied
        )
    }

    static func fleet(_ clusters: ClusterStatus..., version: String = "1") -> FleetStatus {
        FleetStatus(revision: 5, version: version, clusters: clusters)
    }

    @Test("with --all pending and revoked clusters do not count, lost ones do")
    func all() throws {
        let goal = FleetGoal(clusters: nil, revision: nil)
        let fleet = Self.fleet(
            Self.cluster("a", .inSync, desired: 5, applied: 5),
            Self.cluster("b", .pending, desired: 5),
            Self.cluster("c", .revoked, desired: 5, applied: 1),
            Self.cluster("d", .lost, desired: 5, applied: 4, reason: "silent for 5 minutes"),
            Self.cluster("e", .connected, desired: 5),
            Self.cluster("f", .degraded, desired: 5, applied: 5),
            Self.cluster("g", .connected)
        )
        #expect(
            try goal.laggards(in: fleet).map(\.description) == [
                "d: lost, runs revision 4 instead of revision 5: silent for 5 minutes",
                "e: connected, runs nothing yet instead of revision 5",
            ]
        )
    }

    @Test("a later revision than the one waited for is good too")
    func revision() throws {
        let fleet = Self.fleet(Self.cluster("a", .inSync, desired: 5, applied: 5))
        #expect(try FleetGoal(clusters: ["a"], revision: 4).laggards(in: fleet).isEmpty)
        #expect(try FleetGoal(clusters: ["a"], revision: 6).laggards(in: fleet).count == 1)
    }

    @Test("a named cluster must exist and must be able to get there; a pending one is waited for")
    func named() throws {
        let fleet = Self.fleet(Self.cluster("a", .pending), Self.cluster("b", .revoked))
        #expect(
            try FleetGoal(clusters: ["a"], revision: nil).laggards(in: fleet).first?.why.contains("pending") == true
        )
        let missing = #expect(throws: CommandFailure.self) {
            try FleetGoal(clusters: ["x"], revision: nil).laggards(in: fleet)
        }
        #expect(missing?.status == .notFound)
        #expect(throws: CommandFailure.self) { try FleetGoal(clusters: ["b"], revision: nil).laggards(in: fleet) }
    }
}
