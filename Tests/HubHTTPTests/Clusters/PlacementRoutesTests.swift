import AgentProtocol
import Concurrency
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

/// Where things run, for those whose they are.
@Suite struct PlacementRoutesTests {
    private static func entries(
        _ caller: HubCaller,
        _ query: [(name: String, value: String?)]
    ) async throws -> [PlacementEntry] {
        try await caller.get(Route.placements.path(query: query)).message(HubAPI.Page<PlacementEntry>.self).items
    }

    @Test func `a team's clusters are told with the reason why it is not elsewhere`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("eu", labels: ["zone": "eu"])
            try await caller.addCluster("us", labels: ["zone": "us"])
            _ = try await TestAgent.enrolled("asia", hub, caller)
            await hub.watchFleet()
            let team = Document.team("demo", spec: ["placement": ["clusters": ["asia"], "selector": ["zone": "eu"]]])
            try await hub.commit(put: [team, .service("web", team: "demo")])
            let entries = try await Self.entries(caller, [("kind", "team"), ("name", "demo")])
            #expect(entries.map(\.cluster) == ["asia", "eu", "us"])
            #expect(entries.map(\.isPlaced) == [true, true, false])
            #expect(
                entries.map(\.reason) == [
                    "the cluster has not applied revision 1 yet", "the cluster has no agent yet",
                    "its placement does not name the cluster, and selects zone=eu, which is us there",
                ]
            )
            #expect(entries.map(\.isRunning) == [false, false, false])
            #expect(entries.map(\.isInNewest) == [true, true, false])
            #expect(entries.map(\.state) == [.connected, .pending, .pending])
            #expect(entries.map(\.scope) == ["platform", "platform", "platform"])
            let service = try await Self.entries(
                caller,
                [("kind", "Service"), ("team", "demo"), ("name", "web"), ("placed", "false")]
            )
            #expect(service.map(\.cluster) == ["us"])
            #expect(service.first?.reason?.hasPrefix("team demo does not go there: ") == true)
        }
    }

    @Test func `a cluster is judged by what it runs and is to run, not by the newest values`() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("eu", hub, caller)
            _ = try await TestAgent.enrolled("us", hub, caller)
            let (here, there) = (
                Document.team("demo", spec: ["placement": ["clusters": ["eu"]]]),
                Document.team("demo", spec: ["placement": ["clusters": ["us"]]])
            )
            try await hub.commit(put: [here])
            try await hub.publish()
            _ = try await agent.refresh()
            #expect(try await agent.report(.inSync, revision: 1))
            await hub.watchFleet()
            let member = caller.with(token: try await hub.token("m", try #require(Grant.team("demo", .teamMember))))
            func entries() async throws -> [PlacementEntry] {
                try await Self.entries(member, [("kind", "Team"), ("name", "demo")])
            }
            #expect(try await entries().map(\.cluster) == ["eu"])
            #expect(try await entries().first?.reason == nil)
            try await hub.commit(put: [there])
            _ = try await hub.store.beginRollout(
                NewRollout(revision: 1, scope: .clusters(["us"]), strategy: .atOnce, author: "bob", message: "no")
            )
            try await hub.moveRollouts()
            // eu is to run revision 2, and still runs the first; us was taken back to the first.
            let all = try await Self.entries(caller, [("kind", "Team"), ("name", "demo")])
            #expect(all.map(\.isRunning) == [true, false])
            #expect(all.map(\.isPlaced) == [false, false])
            #expect(all.map(\.isInNewest) == [false, true])
            #expect(
                all.map(\.reason) == [
                    "its placement does not name the cluster, and the cluster has not applied revision 2 yet",
                    "its placement does not name the cluster; revision 2 would bring it there, and the cluster is to run "
                        + "revision 1",
                ]
            )
            _ = try await hub.store.beginRollout(
                NewRollout(revision: 1, scope: .fleet, strategy: .atOnce, author: "bob", message: "back")
            )
            try await hub.moveRollouts()
            // Its people see where their team lives, although the newest values have it elsewhere.
            let own = try await entries()
            #expect(own.map(\.cluster) == ["eu", "us"])
            #expect(own.map(\.isPlaced) == [true, false])
            #expect(
                own.first?.reason == "revision 2 would take it away, and the cluster is to run revision 1"
            )
        }
    }

    @Test func `an app that is switched off somewhere says at which scope`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("eu")
            try await caller.addCluster("us")
            let id = DocumentID(kind: .app, name: "harbor")
            try await hub.commit(put: [
                Document(id: id, spec: ["enabled": true]),
                Document(id: id.at(.cluster("us")), spec: ["enabled": false]),
            ])
            let entries = try await Self.entries(caller, [("kind", "App"), ("name", "harbor")])
            #expect(entries.map(\.isPlaced) == [true, false])
            #expect(entries.last?.reason == "it is switched off at cluster/us")
        }
    }

    @Test func `a team's people ask for their own alone, and see their own clusters`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("eu")
            try await caller.addCluster("us")
            try await hub.commit(put: [
                .team("red", spec: ["placement": ["clusters": ["eu"]]]), .team("blue"),
                Document(id: DocumentID(kind: .app, name: "harbor"), spec: ["enabled": true]),
            ])
            let member = caller.with(token: try await hub.token("m", try #require(Grant.team("red", .teamMember))))
            let own = try await Self.entries(member, [("kind", "Team"), ("name", "red")])
            #expect(own.map(\.cluster) == ["eu"])
            // Nor does the place where the next page begins tell of others.
            let first = Route.placements.path(query: [("kind", "Team"), ("name", "red"), ("limit", "1")])
            #expect(try await member.get(first).message(HubAPI.Page<PlacementEntry>.self).next == nil)
            let other = Route.placements.path(query: [("kind", "Team"), ("name", "blue")])
            let hidden = try await member.get(other).problem(.notFound)
            let none = Route.placements.path(query: [("kind", "Team"), ("name", "none")])
            #expect(
                try await member.get(none).problem(.notFound).detail == hidden.detail.replacing("blue", with: "none")
            )
            try await member.get(Route.placements.path(query: [("kind", "App"), ("name", "harbor")])).problem(
                .forbidden
            )
        }
    }

    @Test func `what cannot be placed is refused with what can`() async throws {
        try await HubTest.with { _, caller in
            for query in [
                [("kind", "Settings"), ("name", "otomi")], [("kind", "Team")], [("kind", "Service"), ("name", "web")],
                [("kind", "App"), ("name", "harbor"), ("team", "demo")],
            ] as [[(name: String, value: String?)]] {
                try await caller.get(Route.placements.path(query: query)).problem(.badRequest)
            }
            try await caller.get(Route.placements.path(query: [("kind", "Team"), ("name", "none")])).problem(.notFound)
        }
    }
}
