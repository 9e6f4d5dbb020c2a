import Concurrency
import HubStore
import Logging
import Observability
import ServiceLifecycle

/// Seals what is under an older data key anew, in the background, whenever a key was made by this replica or another.
struct SecretRenewal: Service {
    /// How often it looks without being told, since a notification can be lost.
    static let interval: Duration = .seconds(300)
    /// What a batch leaves to commits before the next.
    private static let pause: Duration = .milliseconds(20)

    private let store: HubStore
    private let events: StoreEvents
    private let logger: Logger
    private let undecipherable: Gauge

    init(store: HubStore, events: StoreEvents, metrics: MetricsRegistry, logger: Logger) {
        self.store = store
        self.events = events
        self.logger = logger
        undecipherable = metrics.gauge(
            "otomi_hub_secrets_undecipherable",
            help: "Rows with a secret that could not be opened when secrets were last sealed anew."
        )
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let version = self.events.dataKeys.version
                await self.renew()
                _ = await self.events.dataKeys.waits(after: version, atMost: Self.interval)
            }
        }
    }

    private func renew() async {
        do {
            let outcome = try await store.renewSecrets { done in
                logger.debug("sealing secrets anew", metadata: ["rows": "\(done)"])
                try await Task.sleep(for: Self.pause)
            }
            if outcome.renewed > 0 { logger.notice("secrets sealed anew", metadata: ["rows": "\(outcome.renewed)"]) }
            undecipherable.set(Double(outcome.undecipherable))
            guard outcome.undecipherable > 0 else { return }
            logger.error(
                "secrets cannot be opened: restore the key that they were sealed under, or write them again",
                metadata: [
                    "rows": "\(outcome.undecipherable)", "first": "\(outcome.names.joined(separator: ", "))",
                ]
            )
        } catch is CancellationError {
            return
        } catch {
            logger.warning("secrets could not be sealed anew, trying again later", metadata: ["error": "\(error)"])
        }
    }
}
