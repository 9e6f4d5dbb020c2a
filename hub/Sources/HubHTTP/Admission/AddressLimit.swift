import Concurrency
import HubAPI
import Hummingbird
import Observability

/// Bounds how often one address asks, and how often it may be wrong about who it is.
final class AddressLimit: RouterMiddleware {
    typealias Context = HubContext

    private let requests: RateLimiter<[UInt8]>
    private let failures: RateLimiter<[UInt8]>
    private let refusals: Counter

    init(_ limits: RateLimits, metrics: MetricsRegistry, clock: @escaping WallClock) {
        requests = RateLimiter(burst: limits.address.burst, perSecond: limits.address.perSecond, clock: clock)
        failures = RateLimiter(burst: limits.failures.burst, perSecond: limits.failures.perSecond, clock: clock)
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
        guard let address = context.address.flatMap({ IPAddress($0) })?.subscriber else {
            return try await next(request, context)
        }
        if let seconds = requests.take(address) { throw refusal("address", seconds) }
        if let seconds = failures.wait(address) { throw refusal("failures", seconds) }
        do {
            let response = try await next(request, context)
            if response.status == .unauthorized { _ = failures.take(address) }
            return response
        } catch let problem as Problem {
            if problem.kind == .unauthenticated { _ = failures.take(address) }
            throw problem
        }
    }

    private func refusal(_ whose: String, _ seconds: Int) -> Postponement {
        refusals.increment(("limit", whose))
        return Postponement(
            Problem(.tooManyRequests, detail: "Too many requests come from this address.", hint: "Try again later."),
            retryAfterSeconds: seconds
        )
    }
}
