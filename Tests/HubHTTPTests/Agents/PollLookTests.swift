import Testing

@testable import HubHTTP

@Suite struct PollLookTests {
    @Test func `long waits that begin within a second end together, at most a second early`() {
        let wait = Duration.seconds(50)
        let start = ContinuousClock.now
        let ends = (0..<20).map { step in
            let now = start + .milliseconds(50 * step)
            let end = PollLook.deadline(after: wait, now: now)
            #expect(end <= now + wait)
            #expect(end > now + wait - .milliseconds(1_001))
            return end
        }
        // They begin within a second, and so on one side or the other of one end.
        let moments = ends.reduce(into: [ContinuousClock.Instant]()) { moments, end in
            if moments.last.map({ abs($0.duration(to: end) / .milliseconds(1)) > 2 }) ?? true { moments.append(end) }
        }
        #expect(moments.count <= 2)
    }

    @Test func `a short wait ends when it was asked to`() {
        let now = ContinuousClock.now
        #expect(PollLook.deadline(after: .seconds(1), now: now) == now + .seconds(1))
        #expect(PollLook.deadline(after: .zero, now: now) == now)
    }
}
