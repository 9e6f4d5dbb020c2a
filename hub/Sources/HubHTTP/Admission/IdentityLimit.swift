import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Observability

/// Bounds how often one agent, or one person or token, asks; it stands behind the authentication.
final class IdentityLimit: RouterMiddleware {
    typealias Context = HubContext

    private let limiter: RateLimiter<String>
    private let refusals: Counter

    init(_ rate: RateLimits.Rate, metrics: MetricsRegistry, clock: @escaping WallClock) {
        limiter = RateLimiter(burst: rate.burst, perSecond: rate.perSecond, clock: clock)
        refusals = metrics.counter(
            "otomi_hub_rate_limited_total",
            help: "Requests refused for their rate, by whose it is."
        )
    }

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        guard let identity = context.agent?.clusterID ?? context.caller?.name, let seconds = limiter.take(identity)
        else { return try await next(request, context) }
        refusals.increment(("limit", context.agent == nil ? "person" : "agent"))
        throw Postponement(
            Problem(.tooManyRequests, detail: "You ask too often.", hint: "Try again later."),
            retryAfterSeconds: seconds
        )
    }
}
