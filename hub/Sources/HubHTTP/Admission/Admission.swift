import HubAPI
import Hummingbird
import Observability

/// Refuses work that the hub could not do in time, before it costs anything: `503` with `Retry-After`.
final class Admission: RouterMiddleware {
    typealias Context = HubContext

    private let gates: [WorkClass: AdmissionGate]
    private let random: @Sendable (ClosedRange<Int>) -> Int
    private let refusals: Counter

    init(
        _ limits: AdmissionLimits,
        metrics: MetricsRegistry,
        random: @escaping @Sendable (ClosedRange<Int>) -> Int = { Int.random(in: $0) }
    ) {
        let patience: @Sendable () async -> Void = { try? await Task.sleep(for: limits.patience) }
        gates = [
            .people: AdmissionGate(limits.people, patience: patience),
            .agents: AdmissionGate(limits.agents, patience: patience),
            .enrolments: AdmissionGate(limits.enrolments, patience: patience),
        ]
        self.random = random
        refusals = metrics.counter(
            "otomi_hub_http_refused_total",
            help: "Requests refused before any work was done, by kind of work and reason."
        )
    }

    func handle(
        _ request: Request,
        context: HubContext,
        next: (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        let work = WorkClass(path: request.uri.path)
        guard let gate = gates[work] else { return try await next(request, context) }
        do { try await gate.enter() } catch { throw refusal(work, error) }
        let permit = AdmissionPermit(of: gate, subscriber: context.subscriber)
        defer { permit.release() }
        do {
            return try await AdmissionPermit.$current.withValue(permit) { try await next(request, context) }
        } catch let postponement as AdmissionGate.Postponement {
            throw refusal(work, postponement)
        }
    }

    private func refusal(_ work: WorkClass, _ reason: AdmissionGate.Postponement) -> Postponement {
        refusals.increment(("work", work.rawValue), ("reason", reason.rawValue))
        return Postponement(
            Problem(.unavailable, detail: "The hub has more to do than it can.", hint: "Try again in a moment."),
            retryAfterSeconds: random(work.returnSeconds)
        )
    }
}
