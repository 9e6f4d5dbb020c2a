import Synchronization

/// A wake-up that keeps only its latest state: "something changed since version n".
///
/// A notification is never lost and never queued: whoever waits after an older version returns at once.
package final class Signal: Sendable {
    private struct Waiter {
        let id: UInt64
        let after: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var version: UInt64 = 0
        var nextID: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var cancelledEarly: Set<UInt64> = []
        /// Places whose wait is not over.
        var reserved: Set<UInt64> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// The number of notifications so far.
    package var version: UInt64 { state.withLock { $0.version } }

    /// Raises the version and wakes everyone who waits for it.
    package func notify() {
        let woken = state.withLock { state in
            state.version += 1
            let woken = Array(state.waiters.values)
            state.waiters.removeAll(keepingCapacity: true)
            return woken
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Waits until the version is above `after` or the task is cancelled, and returns the version.
    package func wait(after: UInt64) async -> UInt64 { await wait(after: after, in: reservePlace()) }

    /// A place to wait in, once, that others can end the wait in with ``leave(_:)``; whoever reserves one must wait in it.
    package func reservePlace() -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            state.reserved.insert(state.nextID)
            return state.nextID
        }
    }

    /// Ends the wait in a place; one that is over already, or was never begun, leaves nothing behind.
    package func leave(_ place: UInt64) {
        let waiter = state.withLock { state in
            guard state.reserved.contains(place) else { return nil as Waiter? }
            let waiter = state.waiters.removeValue(forKey: place)
            if waiter == nil { state.cancelledEarly.insert(place) }
            return waiter
        }
        waiter?.continuation.resume()
    }

    /// Waits like ``wait(after:)``, in a place that was reserved.
    package func wait(after: UInt64, in place: UInt64) async -> UInt64 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let stands = state.withLock { state in
                    if state.cancelledEarly.remove(place) != nil || state.version > after { return false }
                    state.waiters[place] = Waiter(id: place, after: after, continuation: continuation)
                    return true
                }
                if !stands { continuation.resume() }
            }
        } onCancel: {
            leave(place)
        }
        return state.withLock { state in
            state.reserved.remove(place)
            state.cancelledEarly.remove(place)
            return state.version
        }
    }
}
