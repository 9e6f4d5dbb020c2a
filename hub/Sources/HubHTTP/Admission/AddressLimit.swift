import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Observability

/// Bounds how often one address asks, and how often it may be wrong about who it is.
///
/// Nobody guesses a signature, so requests that agents sign neither count as guesses nor suffer from those of others:
/// one address may have a fleet behind it, with some agents in it that were revoked.
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
        guard let subscriber = context.subscriber else { return try await next(request, context) }
        if let seconds = requests.take(subscriber) { throw refusal("address", seconds) }
        guard WorkClass(path: request.uri.path) != .agents else { return try await next(request, context) }
        if let seconds = failures.wait(subscriber) { throw refusal("failures", seconds) }
        do {
            let response = try await next(request, context)
            if response.status == .unauthorized { _ = failures.take(subscriber) }
            return response
        } catch {
            if Self.isUnauthenticated(error) { _ = failures.take(subscriber) }
            throw error
        }
    }

    /// Whether whoever asked is told that what they showed does not count.
    private static func isUnauthenticated(_ error: any Error) -> Bool {
        switch error {
        case let problem as Problem: problem.kind == .unauthenticated
        case let error as StoreError: Problem(error).kind == .unauthenticated
        default: false
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
