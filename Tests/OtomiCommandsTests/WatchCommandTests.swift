import HTTPTransport
import HubAPI
import JSON
import Testing

@testable import OtomiCommands

@Suite struct WatchCommandTests {
    private static let route = "GET /api/v1/events"

    private static func event(_ id: String, _ kind: String, data: JSONValue = [:]) -> HubEvent {
        HubEvent(
            id: id,
            time: "2026-01-02T03:04:05Z",
            kind: kind,
            subject: "cluster paris",
            cluster: "paris",
            actorKind: "person",
            actor: "alice",
            data: data
        )
    }

    private static func page(_ next: String, _ events: HubEvent..., isResync: Bool = false) -> FakeHub.Answer {
        .json(EventPage(events: events, next: next, isResync: isResync).json)
    }

    @Test func `events are lines, and each page goes on after the one before`() async {
        let hub = FakeHub([
            Self.route: [
                Self.page("p0"),
                Self.page("p1", Self.event("1", "cluster.paused", data: ["detail": "work\u{1B}[2J"])),
                Self.page("p2"),
                Self.page("p3", Self.event("2", "cluster.resumed")),
            ]
        ])
        let outcome = await otomi("watch", "--until", "cluster.resumed", hub: hub)
        #expect(outcome.status == .success)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("2026-01-02T03:04:05Z  cluster.paused ") == true)
        #expect(lines.first?.hasSuffix("cluster paris  by alice  detail=work [2J") == true)
        #expect(
            hub.requests.map(\.line) == [
                "GET /api/v1/events", "GET /api/v1/events?after=p0&wait=25", "GET /api/v1/events?after=p1&wait=25",
                "GET /api/v1/events?after=p2&wait=25",
            ]
        )
    }

    @Test func `with json each event is one line`() async throws {
        let hub = FakeHub([
            Self.route: [Self.page("p1", Self.event("1", "cluster.paused"), Self.event("2", "cluster.resumed"))]
        ])
        let outcome = await otomi("watch", "-o", "json", "--until", "cluster.resumed", hub: hub)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines { _ = try HubEvent(json: JSONValue(parsing: Array(line.utf8))) }
        #expect(await otomi("watch", "-o", "yaml", hub: hub).status == .usage)
    }

    @Test func `what is asked for reaches the hub`() async {
        let hub = FakeHub([Self.route: [Self.page("p1", Self.event("1", "rollout.done"))]])
        let outcome = await otomi(
            ["watch", "--kind", "cluster.*", "--cluster", "paris", "--team", "demo", "--since", "1h"]
                + ["--until", "rollout.done"],
            hub: hub
        )
        #expect(outcome.status == .success)
        // What it ends at comes, although it was not asked for.
        let line =
            "GET /api/v1/events?kind=cluster.%2A%2Crollout.done&cluster=paris&team=demo&since=2026-01-02T02%3A04%3A05Z"
        #expect(hub.requests.first?.line == line)
    }

    @Test func `a hub that is away is asked again from the same place`() async {
        let time = ManualTime()
        let hub = FakeHub([
            Self.route: [
                Self.page("p0"), .failure(.connect), .failure(.connectionLost),
                Self.page("p1", Self.event("1", "cluster.paused")),
            ]
        ])
        let outcome = await otomi("watch", "--until", "cluster.paused", hub: hub, time: time.source)
        #expect(outcome.status == .success)
        #expect(hub.requests.dropFirst().allSatisfy { $0.line == "GET /api/v1/events?after=p0&wait=25" })
        #expect(outcome.error.split(separator: "\n").count == 2, "once that it is away, once that it is back")
        #expect(outcome.error.contains("the hub answers again"))
        #expect(time.slept.count >= 2)
    }

    @Test func `a resync is said`() async {
        let hub = FakeHub([
            Self.route: [
                Self.page("p0"), Self.page("p1", isResync: true), Self.page("p2", Self.event("1", "cluster.paused")),
            ]
        ])
        let outcome = await otomi("watch", "--until", "cluster.paused", hub: hub)
        #expect(outcome.output.hasPrefix("resync: events may have been missed"))
    }

    @Test func `time that runs out is exit code 8 only where something was waited for`() async {
        let hub = FakeHub([Self.route: [Self.page("p0")]])
        #expect(await otomi("watch", "--until", "x.y", "--timeout", "5s", hub: hub).status == .timeout)
        #expect(await otomi("watch", "--timeout", "5s", hub: hub).status == .success)
    }

    @Test func `a star in what it ends at stands for any ending`() async {
        func watch(until kind: String) async -> Outcome {
            let hub = FakeHub([
                Self.route: [
                    Self.page("p1", Self.event("1", "rollout.done"), Self.event("2", "cluster.resumed")),
                    Self.page("p2"),
                ]
            ])
            return await otomi("watch", "--until", kind, "--timeout", "5s", hub: hub)
        }
        let outcome = await watch(until: "cluster.*")
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(outcome.output.split(separator: "\n").count == 2)
        #expect(await watch(until: "cluster.").status == .timeout)
    }

    @Test func `what the hub refuses ends it`() async {
        let hub = FakeHub([Self.route: [.problem(Problem(.forbidden, detail: "no"))]])
        #expect(await otomi("watch", hub: hub).status == .notAllowed)
    }
}
