/// Exponential back-off with full jitter: the n-th wait is random between zero and `base * 2^n`, at most `cap`.
///
/// Full jitter spreads a fleet that lost its hub at the same moment over the whole window.
package struct Backoff: Sendable {
    package let base: Duration
    package let cap: Duration
    /// How many waits were handed out since the last success.
    package private(set) var attempts = 0

    package init(base: Duration = .milliseconds(100), cap: Duration = .seconds(30)) {
        self.base = base
        self.cap = cap
    }

    /// The longest the next wait can be.
    package var ceiling: Duration {
        var bound = base
        for _ in 0..<min(attempts, 40) {
            if bound >= cap { break }
            bound *= 2
        }
        return min(bound, cap)
    }

    /// The next wait.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let wait = ceiling * Double.random(in: 0...1, using: &generator)
        attempts += 1
        return wait
    }

    /// The next wait, with the system's randomness.
    package mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    /// Starts over after a success.
    package mutating func reset() {
        attempts = 0
    }
}
