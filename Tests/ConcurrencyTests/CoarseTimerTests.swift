import Testing

@testable import Concurrency

/// Many callbacks on few timers.
struct CoarseTimerTests {
    @Test
    func `What is due at the same time is called together, and nothing is kept`() async {
        let timer = CoarseTimer()
        let called = Signal()
        for _ in 0..<1_000 { timer.call(in: .milliseconds(30)) { called.notify() } }
        var seen: UInt64 = 0
        while seen < 1_000 { seen = await called.wait(after: seen) }
        #expect(timer.waiting == 0)
    }

    @Test
    func `A wait in a place ends when somebody leaves it, also before it began`() async {
        let signal = Signal()
        let early = signal.reservePlace()
        signal.leave(early)
        #expect(await signal.wait(after: 0, in: early) == 0)
        let place = signal.reservePlace()
        CoarseTimer.shared.call(in: .zero) { signal.leave(place) }
        #expect(await signal.wait(after: 0, in: place) == 0)
        // Over already: leaving again does nothing to those who wait now.
        signal.leave(place)
        let next = signal.reservePlace()
        signal.notify()
        #expect(await signal.wait(after: 0, in: next) == 1)
    }
}
