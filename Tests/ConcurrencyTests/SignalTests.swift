import Concurrency
import Synchronization
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

    @Test func `who is called waits without a task, and is called once`() async {
        let signal = Signal()
        let called = Mutex<[UInt64]>([])
        let place = signal.reservePlace()
        signal.whenNewer(than: 0, in: place) { version in called.withLock { $0.append(version) } }
        #expect(called.withLock { $0 } == [])
        signal.notify()
        signal.notify()
        signal.leave(place)
        #expect(called.withLock { $0 } == [1])
        signal.whenNewer(than: 1, in: signal.reservePlace()) { version in called.withLock { $0.append(version) } }
        #expect(called.withLock { $0 } == [1, 2])
    }

    @Test func `a call that others end says that nothing came`() async {
        let signal = Signal()
        let called = Mutex<[UInt64]>([])
        let place = signal.reservePlace()
        signal.whenNewer(than: 0, in: place) { version in called.withLock { $0.append(version) } }
        signal.leave(place)
        signal.notify()
        #expect(called.withLock { $0 } == [0])
    }
}
