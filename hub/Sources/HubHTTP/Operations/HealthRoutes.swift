import HubAPI
import HubStore
import Hummingbird
import Observability

/// What orchestrators and Prometheus ask, without a token: alive, ready, metrics.
///
/// Liveness never touches the database: a short outage there must not restart every replica at once.
struct HealthRoutes {
    let store: HubStore
    let metrics: MetricsRegistry

    func add(to router: Router<HubContext>) {
        router.get("/livez") { _, _ in "ok\n" }
        router.get("/readyz") { _, _ -> String in
            do {
                try await store.ping()
                return "ok\n"
            } catch {
                throw Problem(.unavailable, detail: "The database does not answer: \(error).")
            }
        }
        router.get("/metrics") { _, _ in
            Response(bytes: Array(metrics.exposition().utf8), contentType: MetricsRegistry.contentType)
        }
    }
}
