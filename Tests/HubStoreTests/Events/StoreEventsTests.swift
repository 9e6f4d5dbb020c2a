import Concurrency
import Postgres
import Synchronization
import Testing

@testable import HubStore

@Suite struct StoreEventsTests {
    /// An agent's question is answered from what was read before, where nothing was published since: whoever then waits for its
    /// cluster's signal must not have that version already.
    @Test(arguments: 0..<4) func `the signal of all bundles rises before that of the cluster`(way: Int) {
        let events = StoreEvents()
        let cluster = events.bundle("c")
        let seen = Mutex<UInt64?>(nil)
        cluster.whenNewer(than: 0, in: cluster.reservePlace()) { _ in
            seen.withLock { $0 = events.bundles.version }
        }
        switch way {
        case 0: events.wake(["c"])
        case 1: events.receive(.resync)
        case 2: events.receive(.notification(channel: Channel.bundle, payload: "c"))
        default: events.receive(.notification(channel: Channel.cluster, payload: "c"))
        }
        #expect(seen.withLock(\.self) == 1)
    }
}
