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
        requests.increment(
            ("method", request.method.rawValue),
            ("route", route),
            ("status", String(response.status.code))
        )
        durations.observe(start.duration(to: .now), ("route", route))
        return response
    }
}
