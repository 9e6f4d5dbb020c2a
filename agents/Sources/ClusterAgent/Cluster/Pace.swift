import Concurrency
import Kubernetes
import Synchronization

/// How fast one API server is called: what all calls to it learn together from its answers.
final class Pace: Sendable {
    private let limit = Mutex(AdaptiveLimit())
    private let environment: AgentEnvironment

    init(_ environment: AgentEnvironment) {
        self.environment = environment
    }

    /// How many calls may be under way at once.
    var concurrency: Int { limit.withLock(\.limit) }

    /// Waits while the server wants to be left alone; bounded.
    ///
    /// - Throws: `KubernetesError` with code `cancelled`.
    func wait() async throws(KubernetesError) {
        let pause = limit.withLock { $0.pause(at: environment.now()) }
        if pause > .zero { try await sleep(pause) }
    }

    /// - Throws: `KubernetesError` with code `cancelled`.
    func sleep(_ duration: Duration) async throws(KubernetesError) {
        do { try await environment.sleep(duration) } catch { throw KubernetesError(.cancelled, "the agent stops") }
    }

    /// Takes up how a call that began at `start` ended; without an error it succeeded.
    func note(_ error: KubernetesError? = nil, from start: UnixTime) {
        let outcome: AdaptiveLimit.Outcome
        switch error {
        case let error? where error.isOverload: outcome = .overloaded(retryAfter: error.retryAfter)
        // Nobody answered, so nothing is known of how much the server can take.
        case let error? where error.status == nil: return
        default: outcome = .answered
        }
        var generator = environment.generator()
        let chance = Double.random(in: 0...1, using: &generator)
        limit.withLock { $0.note(outcome, from: start, to: environment.now(), chance: chance) }
    }
}
