package import Concurrency
import Synchronization

/// What goes wrong between a client and a simulated API server, on demand.
package final class FaultPlan: Sendable {
    /// What happens to a request.
    package enum Effect: Sendable {
        /// The answer comes later.
        case delay(Duration)
        /// The request is handled once the signal was given.
        case wait(for: Signal)
        /// The server refuses, as an overloaded one does.
        case refuse(status: Int, retryAfter: Int? = nil)
        /// The server refuses, in words that are made of the request with its body, as an admission webhook does.
        case deny(@Sendable (APIRequest) -> Denial)
        /// The connection breaks before the request is handled.
        case drop
        /// The request is handled, then the connection breaks: the client cannot know.
        case dropAnswer
    }

    /// What a refusal says.
    package struct Denial: Sendable {
        package let status: Int
        package let reason: String
        package let message: String

        package init(_ status: Int, _ reason: String, _ message: String) {
            self.status = status
            self.reason = reason
            self.message = message
        }
    }

    /// Which requests meet an effect, and how often.
    package struct Rule: Sendable {
        package var effect: Effect
        /// How many more requests it meets; `nil` is without end.
        package var remaining: Int?
        /// Only one of so many matching requests.
        package var every: Int
        package var matches: @Sendable (APIRequest) -> Bool
        fileprivate var seen = 0

        package init(
            _ effect: Effect,
            times remaining: Int? = nil,
            every: Int = 1,
            where matches: @escaping @Sendable (APIRequest) -> Bool = { _ in true }
        ) {
            self.effect = effect
            self.remaining = remaining
            self.every = max(1, every)
            self.matches = matches
        }
    }

    private let rules: Mutex<[Rule]>

    package init(_ rules: [Rule] = []) {
        self.rules = Mutex(rules)
    }

    /// Adds a rule behind the others.
    package func add(_ rule: Rule) {
        rules.withLock { $0.append(rule) }
    }

    /// Everything works again.
    package func clear() {
        rules.withLock { $0 = [] }
    }

    /// The effects that a request meets, in the order of their rules.
    package func effects(on request: APIRequest) -> [Effect] {
        rules.withLock { rules in
            guard !rules.isEmpty else { return [] }
            var effects: [Effect] = []
            for index in rules.indices where rules[index].matches(request) {
                rules[index].seen += 1
                guard rules[index].seen % rules[index].every == 0 else { continue }
                if let remaining = rules[index].remaining {
                    guard remaining > 0 else { continue }
                    rules[index].remaining = remaining - 1
                }
                effects.append(rules[index].effect)
            }
            return effects
        }
    }
}
