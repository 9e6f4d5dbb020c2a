package import Concurrency
package import HubStore
package import Logging
package import Observability
import ServiceLifecycle

/// Keeps what is out equal to what is wanted: compiles, signs and publishes every cluster's bundle.
///
/// Level-triggered: a pass asks the store which clusters are stale and knows nothing else. Commits wake it at once, a
/// scan every few seconds finds what no wake-up announced, and two replicas that publish at once cannot both win.
package final class Publisher: Service {
    /// How often things happen that nobody asks for.
    package struct Options: Sendable {
        /// How long a pass waits for a wake-up before it looks for itself.
        package var scanInterval: Duration = .seconds(5)
        /// How often metadata that expires is looked for.
        package var renewalInterval: Duration = .seconds(60)
        /// The least time between passes that mere reports of clusters wake.
        package var fleetInterval: Duration = .milliseconds(100)
        /// How many clusters are compiled and published at once.
        package var width = 4

        package init() {}
    }

    private let events: StoreEvents
    private let clusters: ClusterPublisher
    private let renewal: MetadataRenewal
    private let options: Options
    private let logger: Logger
    private let wake = Signal()

    package init(
        store: HubStore,
        events: StoreEvents,
        trust: FleetTrust,
        metrics: MetricsRegistry,
        logger: Logger,
        options: Options = Options(),
        clock: @escaping WallClock = UnixTime.now
    ) {
        let metrics = PublisherMetrics(metrics)
        let current = CurrentTrust(trust, store: store)
        self.events = events
        self.options = options
        self.logger = logger
        clusters = ClusterPublisher(
            store: store,
            current: current,
            metrics: metrics,
            logger: logger,
            width: options.width,
            clock: clock
        )
        renewal = MetadataRenewal(store: store, current: current, metrics: metrics, logger: logger, clock: clock)
    }

    /// Publishes until the service is shut down; a pass that has begun is finished.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.publish() }
                group.addTask { await self.renew() }
                group.addTask { await self.forward(self.events.revisions) { .zero } }
                group.addTask { await self.forward(self.events.fleet) { self.pause } }
            }
        }
    }

    /// Looks for stale clusters now instead of at the next scan.
    package func wakeUp() {
        wake.notify()
    }

    /// Publishes every cluster that is stale, once.
    ///
    /// - Returns: how many bundles went out.
    /// - Throws: `StoreError` when the store cannot be read. What fails for one cluster is logged and tried again later.
    @discardableResult
    package func publishOnce() async throws -> Int {
        try await clusters.publishStale()
    }

    /// Signs anew what expires soon, once.
    ///
    /// - Returns: how many clusters' metadata was signed.
    /// - Throws: `StoreError` when the store cannot be read.
    @discardableResult
    package func renewOnce() async throws -> Int {
        try await renewal.renew()
    }

    /// The clusters whose values cannot be compiled, by id, with what is wrong.
    package var blocked: [String: BlockedPublication] { clusters.blocked }

    // MARK: - Loops

    private func publish() async {
        var backoff = Backoff(cap: .seconds(10))
        while !Task.isCancelled {
            let seen = wake.version
            do {
                try await clusters.publishStale()
                backoff.reset()
                await waitForWakeUp(after: seen)
            } catch {
                logger.warning("publishing failed, trying again", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    private func waitForWakeUp(after seen: UInt64) async {
        let wake = self.wake
        _ = try? await withDeadline(options.scanInterval) { await wake.wait(after: seen) }
    }

    private func renew() async {
        let roots = events.roots
        while !Task.isCancelled {
            let seen = roots.version
            do {
                // After a new root every cluster is due: what is left over must not wait for the next round.
                while try await renewal.renew() > 0 {}
                try await renewal.clearLayers()
            } catch {
                logger.warning("re-signing metadata failed, trying again", metadata: ["error": "\(error)"])
            }
            _ = try? await withDeadline(options.renewalInterval) { await roots.wait(after: seen) }
        }
    }

    /// How long to wait after a pass that mere reports have woken.
    ///
    /// A tenth of the time is spent on looking at most, so that a large fleet that reports all the time leaves it to others.
    private var pause: Duration {
        max(options.fleetInterval, min(clusters.lookDuration * 10, options.scanInterval / 5))
    }

    private func forward(_ signal: Signal, pausing pause: () -> Duration) async {
        var seen = signal.version
        while !Task.isCancelled {
            seen = await signal.wait(after: seen)
            wake.notify()
            let pause = pause()
            if pause > .zero { try? await Task.sleep(for: pause) }
        }
    }
}
