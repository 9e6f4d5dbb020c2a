import Concurrency
import Testing

/// Always the same number: the largest makes jitter its bound.
private struct Constant: RandomNumberGenerator {
    let value: UInt64
    mutating func next() -> UInt64 { value }
}

@Suite struct BackoffTests {
    @Test func `waits double up to the cap and start over after a success`() {
        var backoff = Backoff(base: .milliseconds(100), cap: .seconds(1))
        var bounds: [Duration] = []
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<6 {
            bounds.append(backoff.ceiling)
            let bound = backoff.ceiling
            #expect((.zero...bound).contains(backoff.next(using: &generator)))
        }
        #expect(bounds == [100, 200, 400, 800, 1000, 1000].map { Duration.milliseconds($0) })
        backoff.reset()
        #expect(backoff.ceiling == .milliseconds(100))
    }

    @Test func `jitter never exceeds the bound`() {
        var generator = Constant(value: .max)
        var backoff = Backoff(base: .milliseconds(100))
        #expect(backoff.next(using: &generator) <= .milliseconds(100))
    }

    @Test func `many failures do not overflow`() {
        var backoff = Backoff(base: .seconds(1), cap: .seconds(60))
        for _ in 0..<1000 { _ = backoff.next() }
        #expect(backoff.ceiling == .seconds(60))
    }
}
