import HubAPI
import HubStore
import Hummingbird
import Logging
import Observability

/// What orchestrators and Prometheus ask, without a token: alive, ready, metrics.
///
/// Liveness never touches the database: a short outage there must not restart every replica at once. No limit stands
/// before these routes, so whoever asks them all the time gets what was found out a moment ago.
struct HealthRoutes {
    let store: HubStore
    let metrics: MetricsRegistry

    func add(to router: Router<HubContext>) {
        let database = SharedOutcome { [store] in try await store.ping() }
        let exposition = SharedOutcome { [metrics] in Array(metrics.exposition().utf8) }
        router.get("/livez") { _, _ in "ok\n" }
        router.get("/readyz") { _, context -> String in
            do {
                try await database.value()
                return "ok\n"
            } catch {
                context.logger.warning("not ready", metadata: ["error": "\(error)"])
                throw Problem(.unavailable, detail: "The database does not answer.")
            }
        }
        router.get("/metrics") { _, _ in
            Response(bytes: try await exposition.value(), contentType: MetricsRegistry.contentType)
        }
    }
}
