import Concurrency
import HTTPTransport
import HubAPI
import HubEvents
import HubStore
import HubTestSupport
import JSON
import Logging
import NIOCore
import Testing
import Values

@testable import HubHTTP

@Suite struct EventRoutesTests {
    // MARK: - Streams

    @Test func `a stream tells events as they happen`() async throws {
        try await EventHub.with { hub in
            let stream = try await hub.stream()
            #expect(stream.stream.status == 200)
            #expect(stream.stream.head.headers["Content-Type"] == "text/event-stream")
            #expect(stream.stream.head.headers["Cache-Control"] == "no-store")
            #expect(try await stream.next()?.retry == "2000")
            // Whoever asks for now has it only once the stream looked: what happens meanwhile is told or not.
            let before = try await hub.now()
            _ = try await hub.caller.addCluster("paris")
            let resumed = try await hub.stream("?kind=cluster.added,cluster.paused", after: before)
            let event = try #require(try await resumed.events(1).first)
            #expect(event.event == "cluster.added")
            let json = try #require(event.json)
            let read = try HubEvent(json: json)
            #expect(read.id == event.id)
            #expect(read.kind == "cluster.added" && read.subject == "cluster paris" && read.cluster == "paris")
            #expect(read.actorKind == "token")
            _ = try await hub.hub.store.holdCluster(named: "paris", reason: "work", by: "alice")
            #expect(try await resumed.events(1).first?.event == "cluster.paused")
        }
    }

    @Test func `a stream goes on after the last event without a gap`() async throws {
        try await EventHub.with { hub in
            let start = try await hub.now()
            for name in ["a", "b", "c", "d"] { _ = try await hub.caller.addCluster(name) }
            let query = "?kind=cluster.added"
            let all = try await hub.stream(query, after: start).events(4)
            #expect(all.map { $0.json?["cluster"]?.stringValue } == ["a", "b", "c", "d"])
            let second = try #require(all[1].id)
            let rest = try await hub.stream(query, after: second).events(2)
            #expect(rest == Array(all[2...]))
            // The header of a client that comes back wins over the address that it was given once.
            let both = try await hub.stream("\(query)&after=\(start)", after: second).events(2)
            #expect(both == rest)
            let old = try await hub.stream("\(query)&since=2020-01-01T00:00:00Z").events(4)
            #expect(old == all)
        }
    }

    @Test(arguments: ["nonsense", "1.1.1", "zz.zz.zz"])
    func `a position that is none begins with a resync and goes on from now`(position: String) async throws {
        try await EventHub.with { hub in
            _ = try await hub.caller.addCluster("before")
            let stream = try await hub.stream(after: position)
            let marker = try #require(try await stream.events(1).first)
            #expect(marker.event == "resync")
            _ = try await hub.caller.addCluster("after")
            // What it began with may still have been held back when the reader came; nothing older is told.
            let next = try await stream.events(1).first
            #expect(next != nil)
            let page = try await hub.page("?after=\(position)")
            #expect(page.isResync && page.events.isEmpty)
        }
    }

    @Test func `kinds, clusters and teams narrow a stream`() async throws {
        try await EventHub.with { hub in
            let start = try await hub.now()
            _ = try await hub.caller.addCluster("paris")
            _ = try await hub.caller.addCluster("rome")
            _ = try await hub.hub.store.holdCluster(named: "rome", reason: "work", by: "alice")
            _ = try await hub.hub.commit(put: [.team("demo")])
            _ = try await hub.hub.commit(put: [.team("other")])
            let kinds = try await hub.stream("?kind=cluster.paused,document.*", after: start).events(3)
            #expect(kinds.map(\.event) == ["cluster.paused", "document.changed", "document.changed"])
            let cluster = try await hub.stream("?cluster=rome&kind=cluster.added,cluster.paused", after: start).events(
                2
            )
            #expect(cluster.map(\.event) == ["cluster.added", "cluster.paused"])
            let team = try await hub.stream("?team=other", after: start).events(2)
            #expect(team.map(\.event) == ["revision.created", "document.changed"])
            let refused = try await hub.caller.get("/api/v1/events?kind=a%20b")
            try refused.problem(.badRequest)
        }
    }

    @Test func `a team's people see their team and the clusters where it lives`() async throws {
        try await EventHub.with { hub in
            let start = try await hub.now()
            _ = try await hub.caller.addCluster("paris")
            _ = try await hub.caller.addCluster("rome")
            let placement: JSONValue = ["clusters": ["paris"]]
            _ = try await hub.hub.commit(put: [.team("demo", spec: ["placement": placement])])
            _ = try await hub.hub.commit(put: [.team("other")])
            for name in ["paris", "rome"] {
                _ = try await hub.hub.store.holdCluster(named: name, reason: "for other/db", by: "alice")
            }
            _ = try await hub.hub.store.issueToken(cluster: "paris")
            let member = try #require(Grant.team("demo", .teamMember))
            let token = try await hub.hub.token("member", member)
            _ = try await hub.hub.commit(put: [.service("web", team: "demo")])
            let kinds = "&kind=cluster.added,cluster.paused,cluster.token-made,revision.*,document.*"
            var page = try await hub.page("?after=\(start)&wait=30\(kinds)", token: token)
            var seen = page.events
            while seen.count < 6 {
                page = try await hub.page("?after=\(page.next)&wait=30\(kinds)", token: token)
                seen += page.events
            }
            #expect(
                seen.map { "\($0.kind) \($0.subject)" } == [
                    "cluster.added cluster paris", "revision.created revision 1", "document.changed Team demo",
                    "cluster.paused cluster paris", "revision.created revision 3", "document.changed Service demo/web",
                ]
            )
            #expect(seen.filter { $0.team == nil }.allSatisfy { $0.data == [:] })
            #expect(seen.allSatisfy { $0.team == nil || $0.team == "demo" })
            #expect(!"\(seen)".contains("other"))
        }
    }

    @Test func `a stream ends with the access that it began with`() async throws {
        try await EventHub.with { hub in
            let token = try await hub.hub.token("reader", .auditor)
            let stream = try await hub.stream(token: token)
            #expect(try await stream.next()?.retry != nil)
            try await hub.hub.store.revokeAPIToken(name: "reader")
            // At its end, not after some time: what is left to read is bounded.
            while let frame = try await stream.next() {
                #expect(frame.data == nil || frame.event?.hasPrefix("token.") == true)
            }
            let again = try await hub.stream(token: token)
            #expect(again.stream.status == 401)
        }
    }

    @Test func `so many streams and no more`() async throws {
        var settings = ServerSettings()
        settings.events.readersPerCaller = 2
        settings.events.readers = 3
        try await EventHub.with(settings) { hub in
            let one = try await hub.stream()
            let two = try await hub.stream()
            let third = try await hub.stream()
            #expect(third.stream.status == 429)
            #expect(third.stream.head.headers["Retry-After"] != nil)
            let token = try await hub.hub.token("reader", .auditor)
            let three = try await hub.stream(token: token)
            #expect(three.stream.status == 200)
            let fourth = try await hub.stream(token: token)
            #expect(fourth.stream.status == 503)
            #expect(fourth.stream.head.headers["Retry-After"] != nil)
            withExtendedLifetime((one, two, three)) {}
        }
    }

    // MARK: - Pages

    @Test func `a long poll answers with the first event, and otherwise where to go on`() async throws {
        try await EventHub.with { hub in
            let start = try await hub.now()
            async let waiting = hub.page("?after=\(start)&wait=50&kind=cluster.paused")
            _ = try await hub.caller.addCluster("paris")
            _ = try await hub.hub.store.holdCluster(named: "paris", reason: "work", by: "alice")
            let page = try await waiting
            #expect(page.events.map(\.kind) == ["cluster.paused"])
            let empty = try await hub.page("?after=\(page.next)&wait=1")
            #expect(empty.events.isEmpty && !empty.isResync)
            try await hub.caller.get("/api/v1/events?wait=51").problem(.badRequest)
            try await hub.caller.get("/api/v1/events?since=yesterday").problem(.badRequest)
        }
    }

    @Test func `a page holds a bounded number, and says that there is more`() async throws {
        try await EventHub.with { hub in
            let start = try await hub.now()
            let documents = (0..<600).map { Document.team("t\($0)") }
            _ = try await hub.hub.commit(put: documents)
            var (page, seen) = (try await hub.page("?after=\(start)&wait=30"), [HubEvent]())
            #expect(page.events.count == HubStore.eventBatch && page.hasMore)
            seen = page.events
            while seen.count < 601 {
                page = try await hub.page("?after=\(page.next)&wait=30")
                seen += page.events
            }
            #expect(seen.count == 601)
            #expect(Set(seen.map(\.id)).count == 601)
        }
    }

    // MARK: - Signs of life

    @Test func `silence is broken by a comment, which carries the position along`() async throws {
        try await HubTest.with { hub, caller in
            let store = hub.store
            let feed = hub.application.feed
            let start = try await store.events(after: nil).next
            let credential = try #require(Credential(bearer: HubTest.adminToken))
            let admin = Caller(
                identity: try #require(try await store.identify(credential)),
                address: nil,
                cookie: nil,
                live: LiveRequests(store: store, events: hub.events, logger: Logger(label: "test"))
            )
            let reader = EventReader(
                .after(start),
                feed: feed,
                store: store,
                filter: EventFilter(kinds: try #require(EventKinds(["cluster.paused"]))),
                view: EventView(of: admin, store)
            )
            // The time is handed in: no wait ever brings news, and each is as long as the heartbeat.
            var stream = EventStream(reader, feed: feed, heartbeat: .seconds(15)) { _, limit in
                #expect(limit == .seconds(15))
                return false
            }
            #expect(try await String(buffer: stream.next()) == ": still here\nid: \(start)\n\n")
            #expect(try await String(buffer: stream.next()) == ": still here\n\n")
            _ = try await caller.addCluster("paris")
            while try await store.events(after: start).isHeldBack {}
            let text = String(buffer: try await stream.next())
            #expect(text.hasPrefix(": still here\nid: ") && !text.contains("data:"))
        }
    }
}
