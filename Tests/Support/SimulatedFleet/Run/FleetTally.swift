import Synchronization

/// What the simulated agents met, counted.
package final class FleetTally: Sendable {
    /// The counts at one moment.
    package struct Counts: Hashable, Sendable {
        /// Requests that were answered, by the status of the answer.
        package var answers: [Int: Int] = [:]
        /// Requests that no answer came to.
        package var unanswered = 0
        /// Why the last of them had none.
        package var lastSilence: String?
        /// Bundles that were taken up.
        package var updates = 0
        /// Reports that the hub took.
        package var reports = 0
        /// `503` and `429` without the time to come again, and every other refusal.
        package var errors = 0
        /// The first errors in words.
        package var errorTexts: [String] = []
        /// What must never be seen: a generation that went back, two bundles under one generation, metadata that is not trusted.
        package var violations: [String] = []

        /// How many requests the hub put off on purpose.
        package var postponed: Int { (answers[503] ?? 0) + (answers[429] ?? 0) }
        /// How many requests were answered.
        package var answered: Int { answers.values.reduce(0, +) }
    }

    private static let maximumTexts = 20

    private let counts = Mutex(Counts())

    package init() {}

    /// What was counted so far.
    package var now: Counts { counts.withLock { $0 } }

    /// Counts from zero again; violations stay.
    package func restart() {
        counts.withLock { counts in
            let violations = counts.violations
            counts = Counts()
            counts.violations = violations
        }
    }

    func answered(_ reply: HubReply, _ target: String, accepted: Bool) {
        counts.withLock { counts in
            counts.answers[reply.status, default: 0] += 1
            let isPostponed = (reply.status == 503 || reply.status == 429) && reply.retryAfter != nil
            guard !accepted, !isPostponed else { return }
            counts.errors += 1
            if counts.errorTexts.count < Self.maximumTexts {
                counts.errorTexts.append("\(reply.status) to \(target): \(reply.detail)")
            }
        }
    }

    func unanswered(_ error: any Error) {
        counts.withLock { counts in
            counts.unanswered += 1
            counts.lastSilence = "\(error)"
        }
    }

    func updated() { counts.withLock { $0.updates += 1 } }
    func reported() { counts.withLock { $0.reports += 1 } }

    func violation(_ text: String) {
        counts.withLock { counts in
            if counts.violations.count < Self.maximumTexts { counts.violations.append(text) }
        }
    }
}
