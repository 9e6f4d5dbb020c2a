import Concurrency
package import HubStore
package import Logging
package import Observability
import ServiceLifecycle

/// Sends events to webhooks: fills the queue from the table of events, and empties it, one webhook beside the other.
///
/// Each webhook has a task of its own while something is due, so that one that hangs keeps nobody else waiting. Deliveries
/// are taken one by one from the database, where another replica may do the same.
package struct WebhookSender: Service {
    /// How long a delivery is this replica's; longer than an attempt can take.
    static let lease: Duration = WebhookEndpoint.timeout + .seconds(30)
    private static let scan: Duration = .seconds(5)
    /// How many deliveries one task sends before others get their turn at the table.
    private static let run = 100

    private let store: HubStore
    private let feed: EventFeed
    private let endpoint: WebhookEndpoint
    private let random: @Sendable () -> Double
    private let logger: Logger
    private let attempts: Counter
    private let pause: EventFeed.Pause
    /// Rises when something may be due.
    private let wake = Signal()

    /// - Parameters:
    ///   - store: where webhooks and their deliveries are.
    ///   - feed: tells when there are events.
    ///   - endpoint: sends.
    ///   - metrics: where attempts are counted.
    ///   - logger: where failures are logged.
    ///   - random: a number from 0 to 1, which spreads retries.
    ///   - pause: how it waits.
    package init(
        store: HubStore,
        feed: EventFeed,
        endpoint: WebhookEndpoint,
        metrics: MetricsRegistry,
        logger: Logger,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        pause: @escaping EventFeed.Pause = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.feed = feed
        self.endpoint = endpoint
        self.random = random
        self.logger = logger
        self.pause = pause
        attempts = metrics.counter(
            "otomi_hub_webhook_attempts_total",
            help: "Attempts to deliver an event to a webhook, by outcome."
        )
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.fill() }
                group.addTask { await self.empty() }
            }
        }
    }

    // MARK: - Filling

    private func fill() async {
        while !Task.isCancelled {
            let seen = feed.news.version
            do { try await fillOnce() } catch {
                logger.warning("events could not be put down for webhooks", metadata: ["error": "\(error)"])
            }
            await wait(feed.news, seen, Self.scan)
        }
    }

    /// Puts down whatever there is now.
    ///
    /// - Throws: `StoreError`.
    package func fillOnce() async throws {
        while try await store.queueDeliveries({ WebhookMessage.form($0, at: $1) }) {}
        wake.notify()
    }

    // MARK: - Emptying

    private func empty() async {
        await withTaskGroup(of: String?.self) { group in
            var active: Set<String> = []
            var isWaiting = false
            while !Task.isCancelled {
                let seen = wake.version
                var next = Self.scan
                do {
                    let (due, soon) = try await store.dueWebhooks()
                    next = min(next, soon ?? next)
                    for name in due where active.insert(name).inserted {
                        group.addTask {
                            await self.send(name)
                            return name
                        }
                    }
                } catch {
                    logger.warning("deliveries to webhooks could not be read", metadata: ["error": "\(error)"])
                }
                // One task waits for news on behalf of all; the others send.
                if !isWaiting {
                    isWaiting = true
                    group.addTask { [next] in
                        await self.wait(self.wake, seen, next)
                        return nil
                    }
                }
                switch await group.next() {
                case .some(.some(let name)): active.remove(name)
                default: isWaiting = false
                }
            }
            group.cancelAll()
        }
    }

    /// Sends what is due for one webhook, until there is nothing more.
    private func send(_ name: String) async {
        for _ in 0..<Self.run where !Task.isCancelled {
            do { guard try await sendOne(to: name) != nil else { return } } catch {
                logger.warning(
                    "a delivery to a webhook went wrong",
                    metadata: ["webhook": "\(name)", "error": "\(error)"]
                )
                // What was taken is free again after its lease.
                return await pause(.seconds(1))
            }
        }
    }

    /// Sends the next delivery that is due.
    ///
    /// - Returns: whether it came through; `nil` when nothing is due.
    /// - Throws: `StoreError`.
    package func sendOne(to name: String) async throws -> Bool? {
        guard let claimed = try await store.claimDelivery(of: name, lease: Self.lease) else { return nil }
        let attempt = await endpoint.send(claimed)
        attempts.increment(("outcome", attempt.isSuccess ? "delivered" : "failed"))
        try await store.finish(
            claimed.delivery,
            attempt,
            pause: WebhookRetry.pause(after: claimed.delivery.attempts, jitter: random())
        )
        return attempt.isSuccess
    }

    private func wait(_ signal: Signal, _ seen: UInt64, _ limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await signal.wait(after: seen) }
            group.addTask { [pause] in await pause(limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
