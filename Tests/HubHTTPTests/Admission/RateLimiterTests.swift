import Concurrency
import HubTestSupport
import Testing

@testable import HubHTTP

@Suite struct RateLimiterTests {
    @Test func `a burst passes, then so many a second, and the rest is told when to come again`() {
        let time = ManualTime(UnixTime(seconds: 1_000))
        let limiter = RateLimiter<String>(burst: 3, perSecond: 0.5, clock: { time.now })
        for _ in 0..<3 { #expect(limiter.take("a") == nil) }
        #expect(limiter.take("a") == 2)
        #expect(limiter.take("b") == nil)
        #expect(limiter.wait("a") == 2)
        time.advance(by: .seconds(2))
        #expect(limiter.wait("a") == nil)
        #expect(limiter.take("a") == nil)
        #expect(limiter.take("a") == 2)
        time.advance(by: .seconds(-3_600))
        #expect(limiter.take("a") == 2, "a clock that goes back gives nothing away")
        time.advance(by: .seconds(2))
        #expect(limiter.take("a") == nil, "and locks nobody out until its old time")
        time.advance(by: .seconds(-3_600))
        #expect(limiter.wait("a") == 2)
        time.advance(by: .seconds(2))
        #expect(limiter.wait("a") == nil)
    }

    @Test func `memory stays within bounds whoever comes`() {
        let limiter = RateLimiter<Int>(
            burst: 1,
            perSecond: 0.001,
            capacity: 160,
            shards: 4,
            clock: { UnixTime(seconds: 0) }
        )
        for key in 0..<10_000 { _ = limiter.take(key) }
        #expect(limiter.count <= 160)
    }

    @Test func `room is made among those that are full again`() {
        let time = ManualTime(UnixTime(seconds: 0))
        let limiter = RateLimiter<Int>(burst: 2, perSecond: 1, capacity: 10, shards: 1, clock: { time.now })
        for key in 0..<9 { _ = limiter.take(key) }
        time.advance(by: .seconds(60))
        for _ in 0..<2 { #expect(limiter.take(99) == nil) }
        for key in 100..<105 { _ = limiter.take(key) }
        #expect(limiter.take(99) != nil)
    }
}
