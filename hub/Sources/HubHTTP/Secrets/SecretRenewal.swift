import Concurrency
import HubStore
import Logging
import ServiceLifecycle

/// Seals what is under an older data key anew, in the background, whenever a key was made by this replica or another.
struct SecretRenewal: Service {
    /// How often it looks without being told, since a notification can be lost.
    static let interval: Duration = .seconds(300)
    /// What a batch leaves to commits before the next.
    private static let pause: Duration = .milliseconds(20)

    let store: HubStore
    let events: StoreEvents
    let logger: Logger

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
            let count = try await store.renewSecrets { done in
                logger.debug("sealing secrets anew", metadata: ["rows": "\(done)"])
                try await Task.sleep(for: Self.pause)
            }
            if count > 0 { logger.notice("secrets sealed anew", metadata: ["rows": "\(count)"]) }
        } catch is CancellationError {
            return
        } catch {
            logger.warning("secrets could not be sealed anew, trying again later", metadata: ["error": "\(error)"])
        }
    }
}
