import Hummingbird
import Observability

/// Counts requests and their duration by route template and status.
struct RequestMetrics: RouterMiddleware {
    typealias Context = HubContext

    private let requests: Counter
    private let durations: Histogram

    init(_ registry: MetricsRegistry) {
        requests = registry.counter("otomi_hub_http_requests_total", help: "Requests answered, by route and status.")
        durations = registry.histogram("otomi_hub_http_request_seconds", help: "Time to answer, long-polls included.")
    }

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let route = context.endpointPath ?? "none"
        let method = request.method.rawValue
        if let exchange = Exchange.current, exchange.isHeld {
            exchange.whenAnswered { note($0, method: method, route: route, since: start) }
        } else {
            note(response, method: method, route: route, since: start)
        }
        return response
    }

    private func note(_ response: Response, method: String, route: String, since start: ContinuousClock.Instant) {
        requests.increment(("method", method), ("route", route), ("status", String(response.status.code)))
        durations.observe(start.duration(to: .now), ("route", route))
    }
}
