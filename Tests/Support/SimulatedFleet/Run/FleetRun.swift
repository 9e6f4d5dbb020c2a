import Concurrency
package import Foundation
import Glibc
import HubAPI
import Synchronization

/// A whole life of a simulated fleet: real hubs, clusters that enrol, commits under faults, and the comparison at the end.
package struct FleetRun: Sendable {
    package struct Options: Sendable {
        package var clusters = 100
        /// How long commits go on after all clusters are in sync.
        package var seconds = 10
        package var hub = FleetHub.Options()
        package var values = FleetValues()
        /// What is brought on agents while commits go on.
        package var faults: Set<FaultKind> = []
        /// How many of a hundred agents have a fault at any time.
        package var faultyPercent = 10
        /// How often a hub is killed while commits go on; `nil` for never.
        package var killInterval: Duration?
        package var commitInterval: Duration = .seconds(1)
        /// How long the fleet may take to be added, to run a revision, or to come to rest: each by itself.
        package var limit: Duration = .seconds(300)

        package init() {}
    }

    /// What came of it.
    package struct Outcome: Sendable {
        package var commits = 0
        package var refusedCommits = 0
        package var kills = 0
        package var enrolled: Duration = .zero
        package var inSync: Duration = .zero
        package var lastChange = FleetProgress.Arrival(lastFetch: .zero, lastReport: .zero)
        package var counts = FleetTally.Counts()
        /// What is not as it must be; empty when all is well.
        package var faults: [String] = []
    }

    private let options: Options
    private let folder: URL
    /// Says what is under way.
    private let log: @Sendable (String) -> Void

    package init(_ options: Options, folder: URL, log: @escaping @Sendable (String) -> Void = { _ in }) {
        self.options = options
        self.folder = folder
        self.log = log
    }

    /// Runs it; hubs, database and folder are gone afterwards.
    ///
    /// - Throws: `FleetFailure` with the end of the hubs' logs.
    package func run() async throws -> Outcome {
        let hub = try FleetHub(folder: folder, options: options.hub)
        let result: Result<Outcome, any Error>
        do {
            try await hub.start()
            result = .success(try await live(hub))
        } catch {
            result = .failure(FleetFailure("\(error)\n\(await hub.logs)"))
        }
        await hub.end()
        return try result.get()
    }

    private func live(_ hub: FleetHub) async throws -> Outcome {
        let fleet = try await SimulatedFleet(of: options.clusters, hub: hub)
        try await FleetPolicy.moveAllAtOnce(hub)
        let first = try await hub.client().commit(
            CommitRequest(message: "The fleet's first values", put: options.values.documents)
        ).revision
        return try await fleet.run {
            var outcome = Outcome()
            let began = ContinuousClock.now
            do { try await withDeadline(options.limit) { try await fleet.enrol() } } catch is DeadlineExceeded {
                throw FleetFailure("the clusters were not added within \(options.limit)")
            }
            outcome.enrolled = began.duration(to: .now)
            log("\(options.clusters) clusters added")
            _ = try await fleet.arrival(at: first, since: began, limit: options.limit)
            outcome.inSync = began.duration(to: .now)
            log("all in sync")
            let turmoil = FleetTurmoil(fleet: fleet, options: options, log: log)
            let commits = try await turmoil.run()
            outcome.commits = commits.acknowledged.count
            outcome.refusedCommits = commits.refused
            outcome.kills = commits.kills
            log("\(outcome.commits) commits, now at rest")
            let start = ContinuousClock.now
            let last = try await hub.client().commit(
                CommitRequest(message: "The fleet's last values", put: [options.values.platformChange(9_999)])
            ).revision
            outcome.lastChange = try await fleet.arrival(at: last, since: start, limit: options.limit)
            try await fleet.rest(within: options.limit)
            outcome.counts = fleet.tally.now
            outcome.faults = try await FleetCheck(of: fleet).faults(revision: last, acknowledged: commits.acknowledged)
            return outcome
        }
    }
}

extension SimulatedFleet {
    /// Waits until the hub has the report of every agent that runs `revision` or a later one.
    ///
    /// - Throws: `FleetFailure` that says how many do not, and what went wrong last.
    package func arrival(
        at revision: Int64,
        since start: ContinuousClock.Instant,
        limit: Duration
    ) async throws -> FleetProgress.Arrival {
        do {
            return try await progress.waitForAll(revision, since: start, limit: limit)
        } catch is DeadlineExceeded {
            let counts = tally.now
            let why = counts.answered == 0 ? counts.lastSilence : counts.errorTexts.last ?? counts.lastSilence
            throw FleetFailure(
                "\(progress.missing(revision)) of \(agents.count) agents have not reported revision \(revision) within "
                    + "\(limit): \(counts.answered) requests were answered, \(counts.unanswered) were not"
                    + (why.map { "; at last: \($0)" } ?? "")
            )
        }
    }

    /// Waits until no agent has anything to say.
    ///
    /// - Throws: `FleetFailure` that names agents which still have.
    package func rest(within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            var busy: [String] = []
            for agent in agents where await agent.standing == nil { busy.append(agent.name) }
            if busy.isEmpty { return }
            guard ContinuousClock.now < deadline else {
                throw FleetFailure("\(busy.count) agents do not come to rest, \(busy[0]) among them")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
