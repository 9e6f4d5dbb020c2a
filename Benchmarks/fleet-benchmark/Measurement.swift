import Concurrency
import Foundation
import Glibc
import HubAPI
import Logging
import Postgres
import HTTPTransport
import SimulatedFleet

/// One hub, one fleet, and all that is measured of them.
struct Measurement: Sendable {
    /// How often a platform-wide change is measured: it takes minutes in a large fleet.
    private var changes: Int { clusters < 5_000 ? 5 : 3 }
    /// How often a change is previewed.
    private static let previews = 5
    private static let limit: Duration = .seconds(900)

    private let hub: FleetHub
    private let clusters: Int
    private let idleSeconds: Int
    private let values = FleetValues()

    init(_ hub: FleetHub, clusters: Int, idleSeconds: Int) {
        self.hub = hub
        self.clusters = clusters
        self.idleSeconds = idleSeconds
    }

    func run(_ parts: Set<MeasuredPart>) async throws {
        try await hub.start()
        try await FleetPolicy.moveAllAtOnce(hub)
        let limits = try await Limits.measure(hub)
        Figures.row("limit: synced writes of 8 kB", "\(Int(limits.syncedWrites)) a second")
        Figures.row("limit: requests without the database", "\(Int(limits.bareRequests)) a second")
        let bare = await hubSample().memory
        Figures.row("hub without agents", Figures.memory(bare))
        let first = try await hub.client().commit(
            CommitRequest(message: "The first values", put: values.documents)
        ).revision
        let fleet = try await SimulatedFleet(of: clusters, hub: hub)
        try await fleet.run {
            try await enrol(fleet, first)
            try await idle(fleet, bare: bare)
            if parts.contains(.changes) { try await change(fleet, limits) }
            if parts.contains(.stream) { try await stream(fleet) }
            if parts.contains(.lists) { try await lists() }
            if parts.contains(.preview) { try await preview() }
            try await databaseSize()
            if parts.contains(.storm) { try await recover(fleet) }
            if parts.contains(.restart) { try await restart(fleet) }
            try await fleet.rest(within: Self.limit)
            let faults = try await FleetCheck(of: fleet).faults(revision: first)
            Figures.row("clusters that run something else than their bundle", "\(faults.count)")
            for fault in faults.prefix(5) { Figures.say("  \(fault)") }
        }
    }

    // MARK: - What is measured

    private func enrol(_ fleet: SimulatedFleet, _ revision: Int64) async throws {
        let start = ContinuousClock.now
        try await fleet.enrol()
        let added = start.duration(to: .now)
        let arrival = try await fleet.progress.waitForAll(revision, since: start, limit: Self.limit)
        Figures.row("all added, one by one", Figures.seconds(added))
        Figures.row("all enrolled and in sync", Figures.seconds(arrival.lastReport))
        try await fleet.rest(within: Self.limit)
    }

    private func idle(_ fleet: SimulatedFleet, bare: ProcessSample.Memory) async throws {
        // The noise of the enrolment dies away: everyone is in a poll, and connections that were not needed are closed.
        try await Task.sleep(for: .seconds(30))
        let before = (hub: await hubSample(), database: try await databaseSample())
        fleet.tally.restart()
        let start = ContinuousClock.now
        try await Task.sleep(for: .seconds(idleSeconds))
        let after = (hub: await hubSample(), database: try await databaseSample())
        let elapsed = start.duration(to: .now).inSeconds
        let use = (after.hub.processorSeconds - before.hub.processorSeconds) / elapsed
        let databaseUse = (after.database.processorSeconds - before.database.processorSeconds) / elapsed
        Figures.row(
            "idle hub, memory",
            "\(Figures.memory(after.hub.memory)), "
                + "\(Figures.kilobytes(max(0, after.hub.memory.bytes - bare.bytes) / clusters)) an agent"
        )
        Figures.row(
            "idle hub, processor",
            "\(Figures.percent(use)), "
                + "\(Figures.rounded(use * 1e6 / Double(clusters))) µs a second an agent"
        )
        Figures.row("its PostgreSQL, memory", Figures.memory(after.database.memory))
        Figures.row("its PostgreSQL, processor", Figures.percent(databaseUse))
        Figures.row("requests meanwhile", "\(Figures.rounded(Double(fleet.tally.now.answered) / elapsed)) a second")
    }

    private func change(_ fleet: SimulatedFleet, _ limits: Limits) async throws {
        var fetches = Samples()
        var reports = Samples()
        let before = (hub: await hubSample(), database: try await databaseSample())
        for number in 1...changes {
            let (revision, start) = try await commit(number)
            let arrival = try await fleet.progress.waitForAll(revision, since: start, limit: Self.limit)
            fetches.add(arrival.lastFetch)
            reports.add(arrival.lastReport)
            try await fleet.rest(within: Self.limit)
        }
        let after = (hub: await hubSample(), database: try await databaseSample())
        let perCluster = Double(clusters * changes)
        let report = reports.percentile(0.5)
        Figures.row("platform-wide change to last fetch", Figures.seconds(fetches.percentile(0.5)))
        Figures.row(
            "platform-wide change to last report",
            "\(Figures.seconds(report)), "
                + "\(Figures.rounded(report.inSeconds * limits.syncedWrites / Double(clusters))) synced writes' time a cluster"
        )
        Figures.row(
            "  processor for each cluster, hub and database",
            "\(Figures.rounded((after.hub.processorSeconds - before.hub.processorSeconds) * 1e3 / perCluster)) ms, "
                + "\(Figures.rounded((after.database.processorSeconds - before.database.processorSeconds) * 1e3 / perCluster)) ms"
        )
    }

    /// A hundred commits in half a minute, one of them platform-wide in every ten.
    private func stream(_ fleet: SimulatedFleet) async throws {
        fleet.tally.restart()
        let start = ContinuousClock.now
        var last: (revision: Int64, at: ContinuousClock.Instant) = (0, start)
        for number in 1...100 {
            try await Task.sleep(until: start + .milliseconds(300 * number))
            if number.isMultiple(of: 10) {
                let committed = try await commit(100 + number)
                last = (committed.revision, committed.start)
            } else {
                _ = try await hub.client().commit(
                    CommitRequest(
                        message: "Team \(number)",
                        put: [values.teamChange(number % values.teams, number: number)]
                    )
                )
            }
        }
        let arrival = try await fleet.progress.waitForAll(last.revision, since: last.at, limit: Self.limit)
        Figures.row("100 commits in 30 s: the last to last fetch", Figures.seconds(arrival.lastFetch))
        Figures.row("100 commits in 30 s: the last to last report", Figures.seconds(arrival.lastReport))
        Figures.row("  bundles that agents took up", "\(fleet.tally.now.updates)")
        report(fleet.tally.now)
        try await fleet.rest(within: Self.limit)
    }

    private func lists() async throws {
        for (name, query) in [
            ("list page of 100", "limit=100"), ("search by a label", "limit=100&selector=tier%3Dcanary"),
        ] {
            var samples = Samples()
            var next: String?
            var pages = 0
            repeat {
                let start = ContinuousClock.now
                let answer = try await hub.get("/api/v1/clusters?\(query)" + (next.map { "&after=\($0)" } ?? ""))
                samples.add(start.duration(to: .now))
                guard answer.isSuccess else { throw FleetFailure("the list answers \(answer.status)") }
                next = ListPage.next(answer.body)
                pages += 1
            } while next != nil && pages < 100
            Figures.row(
                "\(name), \(pages) pages",
                "p50 \(Figures.milliseconds(samples.percentile(0.5))), p95 \(Figures.milliseconds(samples.percentile(0.95)))"
            )
        }
    }

    /// What a platform-wide change would do to every cluster, as `otomi plan` asks for it; each time another change.
    private func preview() async throws {
        var samples = Samples()
        var found = ""
        for number in 1...Self.previews {
            let change = PlanRequest(.changes(put: [values.platformChange(1_000 + number)], delete: []))
            let start = ContinuousClock.now
            let plan = try await hub.client().plan(change)
            samples.add(start.duration(to: .now))
            guard plan.changedClusters == clusters else {
                throw FleetFailure("the preview shows changes of \(plan.changedClusters) clusters")
            }
            found = "\(plan.changedClusters) clusters, \(plan.counts.total) objects"
        }
        Figures.row(
            "preview of a platform-wide change",
            "p50 \(Figures.seconds(samples.percentile(0.5))), p95 \(Figures.seconds(samples.percentile(0.95))); \(found)"
        )
    }

    private func databaseSize() async throws {
        let pool = PostgresPool(
            configuration: try await hub.databaseConfiguration(),
            maximum: 1,
            logger: Logger(label: "otomi.fleet")
        )
        let size = try await pool.query("SELECT pg_database_size(current_database())").first?.get(0, as: Int64.self)
        await pool.close()
        Figures.row(
            "database",
            "\(Figures.megabytes(Int(size ?? 0))), \(Figures.kilobytes(Int(size ?? 0) / clusters)) a cluster"
        )
    }

    /// The hub is killed, starts at once, and every agent comes back; then something is changed.
    private func recover(_ fleet: SimulatedFleet) async throws {
        fleet.tally.restart()
        await hub.stop(0, SIGKILL)
        let start = ContinuousClock.now
        let killed = UnixTime.now()
        let ready = try await hub.start(0)
        try await waitForAgents(seenSince: killed)
        Figures.row("hub killed: all agents are back", Figures.seconds(start.duration(to: .now)))
        let (revision, begun) = try await commit(500)
        let arrival = try await fleet.progress.waitForAll(revision, since: begun, limit: Self.limit)
        Figures.row("hub killed: listens again", Figures.seconds(ready))
        Figures.row("hub killed: a change after that is everywhere", Figures.seconds(arrival.lastReport))
        report(fleet.tally.now)
        Figures.row("  hub's memory after the storm", Figures.memory(await hubSample().memory))
        try await fleet.rest(within: Self.limit)
    }

    /// Waits until the database knows that every agent was heard of since then; it is told every few seconds.
    private func waitForAgents(seenSince time: UnixTime) async throws {
        let pool = PostgresPool(
            configuration: try await hub.databaseConfiguration(),
            maximum: 1,
            logger: Logger(label: "otomi.fleet")
        )
        let end = ContinuousClock.now + Self.limit
        var seen = 0
        while seen < clusters, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(500))
            seen =
                try await pool.query("SELECT count(*) FROM agent_sightings WHERE last_seen >= \(time)").first?
                .get(0, as: Int.self) ?? 0
        }
        await pool.close()
        guard seen >= clusters else { throw FleetFailure("\(clusters - seen) agents did not come back") }
    }

    private func restart(_ fleet: SimulatedFleet) async throws {
        let start = ContinuousClock.now
        await hub.stop(0)
        let stopped = start.duration(to: .now)
        let ready = try await hub.start(0)
        Figures.row("hub told to stop: has stopped", Figures.seconds(stopped))
        Figures.row("hub started: ready", Figures.seconds(ready))
        let (revision, _) = try await commit(600)
        _ = try await fleet.progress.waitForAll(revision, since: start, limit: Self.limit)
    }

    // MARK: - Steps

    private func commit(_ number: Int) async throws -> (revision: Int64, start: ContinuousClock.Instant) {
        let revision = try await hub.client().commit(
            CommitRequest(message: "Platform \(number)", put: [values.platformChange(number)])
        ).revision
        return (revision, .now)
    }

    private func report(_ counts: FleetTally.Counts) {
        Figures.row(
            "  requests: put off, without an answer, refused",
            "\(counts.postponed), \(counts.unanswered), \(counts.errors) of \(counts.answered + counts.unanswered)"
        )
        for text in counts.errorTexts.prefix(3) { Figures.say("    \(text)") }
    }

    private func hubSample() async -> ProcessSample { ProcessSample(of: await hub.identifier()) }

    private func databaseSample() async throws -> ProcessSample {
        ProcessSample(of: try await hub.databaseIdentifier(), withChildren: true)
    }
}
