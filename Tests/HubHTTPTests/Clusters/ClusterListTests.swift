import AgentProtocol
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

/// Lists of clusters: pages, filters, groups, and what a status says of many.
@Suite struct ClusterListTests {
    private static func list(_ caller: HubCaller, _ query: [(name: String, value: String?)]) async throws -> [String] {
        try await caller.get(Route.clusters.path(query: query)).message(HubAPI.Page<ClusterStatus>.self).items.map(
            \.name
        )
    }

    private static func add(
        _ name: String,
        _ caller: HubCaller,
        region: String = "eu-1",
        labels: [String: String] = [:],
        owner: String? = nil
    ) async throws {
        let new = HubAPI.NewCluster(name: name, provider: "aws", region: region, labels: labels, owner: owner)
        let _: ClusterEnrolment = try await caller.post(Route.clusters.path(), new).message()
    }

    @Test func `clusters are searched by name, region, provider, owner and the values of labels`() async throws {
        try await HubTest.with { _, caller in
            try await Self.add("paris", caller, labels: ["tier": "Gold"], owner: "ann@example.com")
            try await Self.add("rome", caller, region: "eu-south", labels: ["gold": "no"])
            for (text, names) in [
                ("par", ["paris"]), ("SOUTH", ["rome"]), ("gold", ["paris"]), ("ann@", ["paris"]),
                ("aws", ["paris", "rome"]),
                ("nothing", []), ("%", []), ("_", []),
            ] {
                #expect(try await Self.list(caller, [("search", text)]) == names, "\(text)")
            }
        }
    }

    @Test func `filters narrow each other, and pages are full`() async throws {
        try await HubTest.with { hub, caller in
            for number in 0..<9 {
                try await Self.add("c\(number)", caller, labels: ["odd": number % 2 == 0 ? "no" : "yes"])
            }
            _ = try await TestAgent.enrolled("d", hub, caller)
            await hub.watchFleet()
            #expect(try await Self.list(caller, [("selector", "odd=yes")]) == ["c1", "c3", "c5", "c7"])
            #expect(
                try await Self.list(caller, [("selector", "odd!=yes,name notin (c0,c2)")]) == ["c4", "c6", "c8", "d"]
            )
            #expect(try await Self.list(caller, [("selector", "!odd")]) == ["d"])
            #expect(try await Self.list(caller, [("selector", "odd,name in (c1,c2,x)")]) == ["c1", "c2"])
            #expect(try await Self.list(caller, [("state", "connected")]) == ["d"])
            #expect(try await Self.list(caller, [("state", "connected,pending"), ("search", "c8")]) == ["c8"])
            let first = try await caller.get(
                Route.clusters.path(query: [("selector", "odd=yes"), ("limit", "3")])
            ).message(HubAPI.Page<ClusterStatus>.self)
            #expect(first.items.map(\.name) == ["c1", "c3", "c5"])
            #expect(first.next == "c5")
            let rest = try await Self.list(caller, [("selector", "odd=yes"), ("limit", "3"), ("after", first.next)])
            #expect(rest == ["c7"])
            for (item, value) in [
                ("selector", "odd in yes"), ("state", "well"), ("search", String(repeating: "x", count: 201)),
            ] {
                try await caller.get(Route.clusters.path(query: [(item, value)])).problem(.badRequest)
            }
        }
    }

    @Test func `the clusters of a group, and those that a team runs on`() async throws {
        try await HubTest.with { hub, caller in
            try await Self.add("eu", caller, labels: ["zone": "eu"])
            try await Self.add("us", caller, labels: ["zone": "us"])
            let group = Document(id: DocumentID(kind: .group, name: "europe"), spec: ["selector": ["zone": "eu"]])
            let here = Document.team("here", spec: ["placement": ["selector": ["zone": "eu"]]])
            let moved = Document.team("here", scope: .cluster("us"), spec: ["placement": ["clusters": ["us"]]])
            try await hub.commit(put: [group, here, .team("all")])
            #expect(try await Self.list(caller, [("group", "europe")]) == ["eu"])
            #expect(try await Self.list(caller, [("team", "here")]) == ["eu"])
            #expect(try await Self.list(caller, [("team", "all")]) == ["eu", "us"])
            #expect(try await Self.list(caller, [("team", "all"), ("limit", "1"), ("after", "eu")]) == ["us"])
            try await hub.commit(put: [moved])
            #expect(try await Self.list(caller, [("team", "here")]) == ["eu", "us"])
            try await caller.get(Route.clusters.path(query: [("group", "none")])).problem(.notFound)
            try await caller.get(Route.clusters.path(query: [("team", "none")])).problem(.notFound)
        }
    }

    @Test func `a team's people do not learn which groups and other teams there are`() async throws {
        try await HubTest.with { hub, caller in
            try await Self.add("eu", caller)
            let group = Document(id: DocumentID(kind: .group, name: "europe"), spec: ["selector": [:]])
            try await hub.commit(put: [group, .team("red"), .team("blue")])
            let member = caller.with(token: try await hub.token("m", try #require(Grant.team("red", .teamMember))))
            #expect(try await Self.list(member, [("team", "red")]) == ["eu"])
            let hidden = try await member.get(Route.clusters.path(query: [("team", "blue")])).problem(.notFound)
            let absent = try await member.get(Route.clusters.path(query: [("team", "none")])).problem(.notFound)
            #expect(hidden.detail.replacing("blue", with: "none") == absent.detail)
            try await member.get(Route.clusters.path(query: [("group", "europe")])).problem(.notFound)
            try await member.get(Route.groups.path()).problem(.forbidden)
            try await member.send(.patch, Route.cluster.path("eu"), body: Array("{}".utf8)).problem(.forbidden)
        }
    }

    @Test func `groups are listed with their clusters and what is written for them`() async throws {
        try await HubTest.with { hub, caller in
            try await Self.add("eu", caller, labels: ["zone": "eu"])
            try await Self.add("us", caller, labels: ["zone": "us"])
            let group = Document(
                id: DocumentID(kind: .group, name: "europe"),
                spec: ["selector": ["zone": "eu"], "priority": 7]
            )
            try await hub.commit(put: [group, .team("demo"), .team("demo", scope: .group("europe"))])
            let groups: HubAPI.Page<ClusterGroup> = try await caller.get(Route.groups.path()).message()
            #expect(groups.items.map(\.name) == ["europe"])
            #expect(groups.items.first?.count == 1)
            #expect(groups.items.first?.priority == 7)
            #expect(groups.items.first?.documentCount == 1)
            let shown: ClusterGroup = try await caller.get(Route.group.path("europe")).message()
            #expect(shown.clusters == ["eu"])
            #expect(shown.documents.map(\.description) == ["Team demo at group/europe"])
            try await caller.get(Route.group.path("none")).problem(.notFound)
        }
    }

    @Test func `the status of many clusters is counts and causes, and the first that need somebody`() async throws {
        try await HubTest.with { hub, caller in
            for number in 0..<8 { try await Self.add("p\(number)", caller) }
            let revision = try await hub.commit(put: [.team("demo")])
            for name in ["x", "y", "z"] {
                let agent = try await TestAgent.enrolled(name, hub, caller)
                let object = ObjectReport(
                    group: "apps",
                    kind: "Deployment",
                    namespace: "team-demo",
                    name: "hello",
                    reason: "ImagePullBackOff",
                    message: "on \(name)"
                )
                let state: Report.State = name == "z" ? .inSync : .degraded
                #expect(try await agent.report(state, revision: revision, notReady: name == "z" ? [] : [object]))
            }
            await hub.watchFleet()
            let status: FleetStatus = try await caller.get(Route.status.path(query: [("limit", "3")])).message()
            #expect(status.count == 11)
            #expect(status.states == ["pending": 8, "degraded": 2, "inSync": 1])
            #expect(status.clusters.map(\.name) == ["x", "y", "p0"])
            #expect(!status.isWhole)
            let degraded = try #require(status.problems.first { $0.state == .degraded })
            #expect(degraded.count == 2)
            #expect(degraded.clusters == ["x", "y"])
            #expect(degraded.cause == "Deployment team-demo/hello: ImagePullBackOff")
            #expect(degraded.reason == "Deployment team-demo/hello: ImagePullBackOff on x")
            let named: FleetStatus = try await caller.get(Route.status.path(query: [("names", "z,p1,none")])).message()
            #expect(named.clusters.map(\.name) == ["p1", "z"])
            #expect(named.states == ["pending": 1, "inSync": 1])
        }
    }

    @Test func `clusters that are behind a revision are told apart from those that have it`() async throws {
        try await HubTest.with { hub, caller in
            let first = try await hub.commit(put: [.team("demo")])
            let agents = [
                try await TestAgent.enrolled("a", hub, caller), try await TestAgent.enrolled("b", hub, caller),
            ]
            try await Self.add("pending", caller)
            for agent in agents { #expect(try await agent.report(.inSync, revision: first)) }
            func behind(_ goal: String) async throws -> [String] {
                await hub.watchFleet()
                let status: FleetStatus = try await caller.get(Route.status.path(query: [("behind", goal)])).message()
                #expect(status.count == status.clusters.count)
                return status.clusters.map(\.name)
            }
            #expect(try await behind("desired") == [])
            let second = try await hub.commit(put: [.team("other")])
            #expect(try await behind("desired") == ["a", "b"])
            #expect(try await behind("\(first)") == [])
            #expect(try await agents[0].report(.inSync, revision: second, sequence: 2))
            #expect(try await behind("\(second)") == ["b"])
            try await caller.get(Route.status.path(query: [("behind", "x")])).problem(.badRequest)
        }
    }
}
