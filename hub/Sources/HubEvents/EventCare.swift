package import HubStore
package import Logging
import ServiceLifecycle

/// Clears old events and deliveries away, a bounded step at a time; one replica does it at a time.
package struct EventCare: Service {
    /// How long events are kept, and how many.
    package struct Retention: Hashable, Sendable {
        package var age: Duration
        package var count: Int

        package init(age: Duration = .seconds(14 * 86_400), count: Int = 500_000) {
            self.age = age
            self.count = count
        }
    }

    private let store: HubStore
    private let retention: Retention
    private let logger: Logger
    private let pause: EventFeed.Pause

    private static let interval: Duration = .seconds(300)

    package init(
        store: HubStore,
        retention: Retention = Retention(),
        logger: Logger,
        pause: @escaping EventFeed.Pause = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.retention = retention
        self.logger = logger
        self.pause = pause
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.settleEvents()
                    while try await store.clearEvents(olderThan: retention.age, keeping: retention.count) {}
                    while try await store.clearDeliveries() {}
                } catch {
                    logger.warning("old events were not cleared away", metadata: ["error": "\(error)"])
                }
                await pause(Self.interval)
            }
        }
    }
}
