import HubTestSupport
import AgentProtocol
import Bundles
import HTTPTypes
import Concurrency
import HubAPI
import HubStore
import JSON
import Testing
import Values

@Suite struct DirectiveRoutesTests {
    private func report(
        _ agent: TestAgent,
        sequence: Int64,
        revision: Int64,
        state: Report.State = .inSync,
        hold: HoldReport? = nil,
        pending: PendingDeletions? = nil
    ) async throws {
        let report = Report(
            bootID: "boot",
            sequence: sequence,
            generation: 1,
            revision: revision,
            state: state,
            hold: hold,
            pendingDeletions: pending,
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: agent.hub.now.milliseconds
        )
        #expect(try await agent.send(.report, report).message(ReportResponse.self).accepted)
    }

    private func put(_ caller: HubCaller, _ path: String, _ body: JSONValue) async throws -> HubAnswer {
        try await caller.send(.put, path, body: body.serialized())
    }

    private static func pending(_ byte: UInt8) -> PendingDeletions {
        PendingDeletions(
            generation: 1,
            count: 63,
            digest: Digest(of: [byte]),
            reason: "a namespace",
            objects: [
                ObjectReport(
                    group: "",
                    kind: "Namespace",
                    namespace: nil,
                    name: "team-demo",
                    reason: "Held",
                    message: ""
                )
            ]
        )
    }

    @Test func `a pause shows who, why and since when, and whether the agent honours it`() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            try await report(agent, sequence: 1, revision: revision)
            let path = Route.clusterHold.path("demo")
            let since = hub.now
            let paused = try await put(caller, path, ["reason": "an incident"]).message(ClusterStatus.self)
            #expect(paused.hold?.reason == "an incident")
            #expect(paused.hold?.by?.isEmpty == false)
            #expect(paused.hold?.since == since.rfc3339)
            #expect(paused.hold?.isHonoured == false)
            #expect(paused.state == .progressing)
            try await hub.publish()
            #expect(try await agent.refresh().directives.hold == "an incident")

            let hold = HoldReport(origin: .hub, reason: "an incident")
            try await report(agent, sequence: 2, revision: revision, hold: hold)
            let held = try await caller.cluster("demo")
            #expect(held.state == .held)
            #expect(held.hold?.isHonoured == true)
            #expect(held.reason?.contains("an incident") == true)

            let resumed = try await caller.delete(path).message(ClusterStatus.self)
            #expect(resumed.hold == nil)
            #expect(resumed.state == .progressing)
            try await report(agent, sequence: 3, revision: revision)
            #expect(try await caller.cluster("demo").state == .inSync)
        }
    }

    @Test func `a pause by the cluster's own people is shown as theirs`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            let hold = HoldReport(origin: .cluster, reason: "maintenance")
            try await report(agent, sequence: 1, revision: revision, hold: hold)
            let cluster = try await caller.cluster("demo")
            #expect(cluster.state == .held)
            #expect(cluster.hold == ClusterHold(origin: "cluster", reason: "maintenance", isHonoured: true))
        }
    }

    @Test(arguments: ["", "  ", String(repeating: "é", count: 251), "two\nlines", "bell\u{07}"])
    func `a reason that cannot be shown in one line is refused`(reason: String) async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("demo")
            let answer = try await put(caller, Route.clusterHold.path("demo"), ["reason": .string(reason)])
            let problem = try answer.problem(.invalid)
            #expect(problem.errors.first?.pointer == JSONPointer(["reason"]))
            #expect(problem.errors.first?.hint?.contains("500") == true)
            #expect(try await caller.cluster("demo").hold == nil)
        }
    }

    @Test func `the drift mode is one of three`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("demo")
            let path = Route.clusterDrift.path("demo")
            #expect(try await put(caller, path, ["mode": "off"]).message(ClusterStatus.self).driftMode == "off")
            let problem = try await put(caller, path, ["mode": "sometimes"]).problem(.invalid)
            #expect(problem.errors.first?.hint == "Use one of enforce, report, off.")
            try await put(caller, Route.clusterDrift.path("none"), ["mode": "off"]).problem(.notFound)
        }
    }

    @Test func `deletions wait for the confirmation of exactly what was shown, which goes out signed`() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let path = Route.clusterConfirmation.path("demo")
            let none = DeletionConfirmation(generation: 1, digest: Digest(of: [1]).hex)
            try await caller.post(path, none).problem(.conflict)

            try await report(agent, sequence: 1, revision: revision, state: .held, pending: Self.pending(1))
            let shown = try await caller.cluster("demo")
            #expect(shown.state == .held)
            #expect(
                shown.reason == "Waits for confirmation of 63 deletions (a namespace): otomi cluster confirm demo"
            )
            let deletions = try #require(shown.pendingDeletions)
            #expect(deletions.objects.first?["name"] == "team-demo")

            try await report(agent, sequence: 2, revision: revision, state: .held, pending: Self.pending(2))
            let problem = try await caller.post(path, DeletionConfirmation(deletions)).problem(.conflict)
            #expect(problem.detail.contains("other deletions wait on cluster 'demo'"))
            #expect(try await caller.cluster("demo").pendingDeletions?.isConfirmed == false)

            let newer = try #require(try await caller.cluster("demo").pendingDeletions)
            let confirmed = try await caller.post(path, DeletionConfirmation(newer)).message(ClusterStatus.self)
            #expect(confirmed.pendingDeletions?.isConfirmed == true)
            #expect(confirmed.state == .progressing)
            try await hub.publish()
            #expect(try await agent.refresh().directives.confirmation?.deletions == Digest(of: [2]))
            try await caller.post(path, DeletionConfirmation(generation: 1, digest: "x")).problem(.invalid)
        }
    }

    @Test func `who may only read changes nothing`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let token = try await hub.token("reader", .auditor)
            let reader = caller.with(token: token)
            try await put(reader, Route.clusterHold.path("demo"), ["reason": "why"]).problem(.forbidden)
            try await put(reader, Route.clusterDrift.path("demo"), ["mode": "off"]).problem(.forbidden)
            try await reader.delete(Route.clusterHold.path("demo")).problem(.forbidden)
            let confirmation = DeletionConfirmation(generation: 1, digest: Digest(of: [1]).hex)
            try await reader.post(Route.clusterConfirmation.path("demo"), confirmation).problem(.forbidden)
        }
    }
}
