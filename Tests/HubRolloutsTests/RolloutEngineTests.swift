import Concurrency
import HubRollouts
import HubStore
import Logging
import Observability
import Postgres
import PostgresTestSupport
import ServiceLifecycle
import Synchronization
import Testing
import Values

/// The loop around rollouts: woken by what changes, undisturbed by a database that is away, ended when the hub is.
@Suite struct RolloutEngineTests {
    /// Which of the hub's hints wakes it.
    enum Hint: CaseIterable {
        case revision
        case fleet

        func give(_ events: StoreEvents) {
            switch self {
            case .revision: events.revisions.notify()
            case .fleet: events.fleet.notify()
            }
        }
    }

    @Test(arguments: Hint.allCases) func `it moves on when something has changed, long before it would look by itself`(
        hint: Hint
    ) async throws {
        try await Self.with(scanning: .seconds(3_600)) { scene, events, _ in
            try await scene.add("a", "b")
            let number = try #require(try await scene.commit("1").rollout)
            try await Self.until {
                hint.give(events)
                return try await scene.places(number) == ["a": .moved, "b": .waiting]
            }
        }
    }

    @Test func `it looks by itself when no hint reaches it`() async throws {
        try await Self.with(scanning: .milliseconds(20)) { scene, _, _ in
            try await scene.add("a", "b")
            let number = try #require(try await scene.commit("1").rollout)
            try await Self.until { try await scene.state(number) == .running }
            try await scene.settle()
            // When it looks is its own affair: time goes on until it has.
            try await Self.until {
                try await scene.advance(121)
                return try await scene.desired() == ["a": 1, "b": 1]
            }
        }
    }

    @Test func `it says that the database is away, and goes on when it is back`() async throws {
        try await Self.with(scanning: .milliseconds(20)) { scene, _, log in
            try await scene.add("a", "b")
            let number = try #require(try await scene.commit("1").rollout)
            try await Self.until { try await scene.state(number) == .running }
            try await scene.database.pool.query("ALTER TABLE rollouts RENAME TO away")
            try await Self.until { log.contains("rollouts were not moved on, trying again") }
            try await scene.database.pool.query("ALTER TABLE away RENAME TO rollouts")
            try await scene.settle()
            // When it looks is its own affair: time goes on until it has.
            try await Self.until {
                try await scene.advance(121)
                return try await scene.desired() == ["a": 1, "b": 1]
            }
        }
    }

    // MARK: - The scene

    /// Runs `body` beside an engine that the end of the hub must end.
    private static func with(
        scanning interval: Duration,
        _ body: @escaping @Sendable (RolloutScene, StoreEvents, KeptLog) async throws -> Void
    ) async throws {
        try await RolloutScene.with { scene in
            let events = StoreEvents()
            let log = KeptLog()
            var options = RolloutEngine.Options()
            options.scanInterval = interval
            options.leastInterval = .milliseconds(1)
            let engine = RolloutEngine(
                store: scene.store,
                events: events,
                metrics: MetricsRegistry(),
                logger: log.logger,
                options: options,
                clock: { scene.now }
            )
            let group = ServiceGroup(services: [engine], logger: scene.logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                let result: Result<Void, any Error>
                do {
                    try await body(scene, events, log)
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                try result.get()
            }
        }
    }

    /// Asks until it is so, at most for a minute.
    private static func until(_ isSo: @escaping @Sendable () async throws -> Bool) async throws {
        try await withDeadline(.seconds(60)) {
            while try await !isSo() {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }
}

/// The lines of a log.
private final class KeptLog: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger {
        Logger(label: "test") { label in
            LogOutput(label: label, level: .warning, format: .text) { line in self.lines.withLock { $0.append(line) } }
        }
    }

    func contains(_ text: String) -> Bool { lines.withLock { $0.contains { $0.contains(text) } } }
}
