import Concurrency
import Testing

@Suite struct SignalTests {
    @Test func `a notification before the wait is not lost`() async {
        let signal = Signal()
        signal.notify()
        #expect(await signal.wait(after: 0) == 1)
    }

    @Test func `all waiters wake and see the latest version`() async {
        let signal = Signal()
        await withTaskGroup(of: UInt64.self) { group in
            for _ in 0..<10 { group.addTask { await signal.wait(after: 0) } }
            signal.notify()
            for await version in group { #expect(version == 1) }
        }
    }

    @Test func `a cancelled wait returns`() async {
        let signal = Signal()
        await withTaskGroup(of: UInt64.self) { group in
            group.addTask { await signal.wait(after: 0) }
            group.cancelAll()
            #expect(await group.next() == 0)
        }
    }
}
