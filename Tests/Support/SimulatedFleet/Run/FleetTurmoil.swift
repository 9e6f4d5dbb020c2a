import Glibc
import HubAPI
import Synchronization
import Values

/// Commits for some time, while agents have faults and hubs are killed.
struct FleetTurmoil: Sendable {
    /// What became of the commits.
    struct Record: Sendable {
        /// The messages of those that a hub acknowledged.
        var acknowledged: [String] = []
        /// Those that no hub acknowledged: they may be there or not.
        var refused = 0
        var kills = 0
    }

    private final class Ledger: Sendable {
        let record = Mutex(Record())
    }

    let fleet: SimulatedFleet
    let options: FleetRun.Options
    let log: @Sendable (String) -> Void

    /// Goes on for as long as the options say; at the end nothing is wrong any more and every hub runs.
    func run() async throws -> Record {
        let ledger = Ledger()
        let end = ContinuousClock.now + .seconds(options.seconds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await commit(until: end, ledger) }
            if !options.faults.isEmpty { group.addTask { try await bringFaults(until: end) } }
            if let interval = options.killInterval {
                group.addTask { try await kill(every: interval, until: end, ledger) }
            }
            try await group.waitForAll()
        }
        return ledger.record.withLock { $0 }
    }

    private func commit(until end: ContinuousClock.Instant, _ ledger: Ledger) async throws {
        var number = 0
        while ContinuousClock.now < end {
            number += 1
            let message = "Change \(number) of the simulated fleet"
            let document: Document =
                number.isMultiple(of: 3)
                ? options.values.platformChange(number)
                : options.values.teamChange(number % options.values.teams, number: number)
            do {
                let replica = Int.random(in: 0..<options.hub.replicas)
                _ = try await fleet.hub.client(replica).commit(CommitRequest(message: message, put: [document]))
                ledger.record.withLock { $0.acknowledged.append(message) }
            } catch is HubClientError {
                // The hub is gone, or went before it answered: nobody knows, and nobody was promised anything.
                ledger.record.withLock { $0.refused += 1 }
            }
            try await Task.sleep(for: options.commitInterval)
        }
    }

    private func bringFaults(until end: ContinuousClock.Instant) async throws {
        let kinds = options.faults.sorted { $0.rawValue < $1.rawValue }
        let agents = fleet.agents
        let count = max(1, agents.count * options.faultyPercent / 100)
        while ContinuousClock.now < end {
            let chosen = agents.shuffled().prefix(count)
            for agent in chosen {
                let kind = kinds[Int.random(in: 0..<kinds.count)]
                if kind == .restart { await agent.restart() } else { await agent.set(kind.faults) }
            }
            try await Task.sleep(for: .seconds(3))
            for agent in chosen { await agent.set(.none) }
        }
    }

    private func kill(every interval: Duration, until end: ContinuousClock.Instant, _ ledger: Ledger) async throws {
        while ContinuousClock.now < end {
            try await Task.sleep(for: interval)
            let replica = Int.random(in: 0..<options.hub.replicas)
            await fleet.hub.stop(replica, SIGKILL)
            let took = try await fleet.hub.start(replica)
            ledger.record.withLock { $0.kills += 1 }
            log("hub \(replica) killed; it listens again after \(took)")
        }
    }
}
