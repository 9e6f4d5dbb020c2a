package import Concurrency
package import HubStore
package import Logging
package import Observability
import ServiceLifecycle

/// Moves rollouts on as time passes and agents report.
///
/// Level-triggered: a pass asks the store which rollouts are open and knows nothing else. Every replica runs one; a rollout's
/// row is held while it is moved on, so that no step is done twice, and a replica that is killed leaves nothing half done.
package final class RolloutEngine: Service {
    /// How often things happen that nobody asks for.
    package struct Options: Sendable {
        /// How long a pass waits for a wake-up before it looks for itself.
        package var scanInterval: Duration = .seconds(2)
        /// The least time between passes.
        package var leastInterval: Duration = .milliseconds(200)

        package init() {}
    }

    private let rollouts: Rollouts
    private let events: StoreEvents
    private let options: Options
    private let logger: Logger
    private let duration: Histogram
    private let wake = Signal()

    /// - Parameters:
    ///   - store: where rollouts are kept.
    ///   - events: hints at what changed.
    ///   - metrics: where it counts.
    ///   - logger: where it logs.
    ///   - options: how often it looks.
    ///   - clock: where the time comes from.
    package init(
        store: HubStore,
        events: StoreEvents,
        metrics: MetricsRegistry,
        logger: Logger,
        options: Options = Options(),
        clock: @escaping WallClock = UnixTime.now
    ) {
        rollouts = Rollouts(store: store, clock: clock)
        self.events = events
        self.options = options
        self.logger = logger
        duration = metrics.histogram(
            "otomi_hub_rollout_pass_duration_seconds",
            help: "How long it took to bring every open rollout as far as it goes."
        )
    }

    /// Up to here it rests for most of the time, and beyond for four times as long as a pass took.
    private static let longestRest = Duration.seconds(3)

    /// Moves rollouts on until the service is shut down; a step that has begun is finished or undone.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.work() }
                group.addTask { await self.forward(self.events.revisions) }
                group.addTask { await self.forward(self.events.fleet) }
            }
        }
    }

    private func work() async {
        var backoff = Backoff(cap: .seconds(10))
        while !Task.isCancelled {
            let seen = wake.version
            let start = ContinuousClock.now
            do {
                try await rollouts.stepAll()
                backoff.reset()
            } catch {
                logger.warning("rollouts were not moved on, trying again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: backoff.next())
                continue
            }
            let took = start.duration(to: .now)
            duration.observe(took)
            // However many agents report, a large fleet's passes leave most of the time to others.
            try? await Task.sleep(for: max(options.leastInterval, took * 4, min(took * 12, Self.longestRest)))
            let wake = self.wake
            _ = try? await withDeadline(options.scanInterval) { await wake.wait(after: seen) }
        }
    }

    private func forward(_ signal: Signal) async {
        var seen = signal.version
        while !Task.isCancelled {
            seen = await signal.wait(after: seen)
            wake.notify()
        }
    }
}
