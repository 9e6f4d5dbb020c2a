import Concurrency
import Testing

@Suite struct AdaptiveLimitTests {
    private let start = UnixTime(seconds: 1_000)

    private func at(_ milliseconds: Int64) -> UnixTime { start + .milliseconds(milliseconds) }

    @Test func `successes raise the limit up to its bound`() {
        var limit = AdaptiveLimit()
        #expect(limit.limit == 8)
        for number in 0..<100 as Range<Int64> { limit.note(.answered, from: at(number), to: at(number + 5), chance: 0) }
        #expect(limit.limit == 32)
        #expect(limit.pause(at: at(200)) == .zero)
    }

    @Test func `an overloaded server halves it once for all calls that were under way`() {
        var limit = AdaptiveLimit()
        for _ in 0..<8 { limit.note(.overloaded(retryAfter: nil), from: at(0), to: at(10), chance: 1) }
        #expect(limit.limit == 4)
        limit.note(.overloaded(retryAfter: nil), from: at(20), to: at(30), chance: 1)
        #expect(limit.limit == 2)
        for _ in 0..<10 { limit.note(.overloaded(retryAfter: nil), from: at(100), to: at(99), chance: 1) }
        #expect(limit.limit == 1)
    }

    @Test func `after an overload it grows slowly, and calls from before it count for nothing`() {
        var limit = AdaptiveLimit()
        limit.note(.overloaded(retryAfter: nil), from: at(0), to: at(10), chance: 0)
        for _ in 0..<50 { limit.note(.answered, from: at(5), to: at(11), chance: 0) }
        #expect(limit.limit == 4)
        for _ in 0..<5 { limit.note(.answered, from: at(20), to: at(25), chance: 0) }
        #expect(limit.limit == 5)
    }

    @Test func `everybody waits as long as the server asks for, with jitter and within a bound`() {
        var limit = AdaptiveLimit()
        limit.note(.overloaded(retryAfter: .seconds(4)), from: at(0), to: at(0), chance: 0.5)
        #expect(limit.pause(at: at(0)) == .milliseconds(4_500))
        #expect(limit.pause(at: at(4_000)) == .milliseconds(500))
        #expect(limit.pause(at: at(5_000)) == .zero)
        limit.note(.overloaded(retryAfter: .seconds(3_600)), from: at(0), to: at(0), chance: 1)
        #expect(limit.pause(at: at(0)) == AdaptiveLimit.longestPause)
    }

    @Test func `pauses that the server does not ask for grow and start over after a success`() {
        var limit = AdaptiveLimit()
        limit.note(.overloaded(retryAfter: nil), from: at(0), to: at(0), chance: 1)
        #expect(limit.pause(at: at(0)) == .milliseconds(200))
        limit.note(.overloaded(retryAfter: nil), from: at(300), to: at(300), chance: 1)
        #expect(limit.pause(at: at(300)) == .milliseconds(400))
        limit.note(.answered, from: at(800), to: at(801), chance: 0)
        limit.note(.overloaded(retryAfter: nil), from: at(900), to: at(900), chance: 0)
        #expect(limit.pause(at: at(900)) == .milliseconds(100))
    }

    @Test func `a server that gets slow is not asked for more`() {
        var limit = AdaptiveLimit()
        limit.note(.answered, from: at(0), to: at(5), chance: 0)
        for _ in 0..<100 { limit.note(.answered, from: at(10), to: at(900), chance: 0) }
        #expect(limit.limit == 8)
    }
}
