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
    package func wait(after: UInt64) async -> UInt64 {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let stands = state.withLock { state in
                    if state.cancelledEarly.remove(id) != nil || state.version > after { return false }
                    state.waiters[id] = Waiter(id: id, after: after, continuation: continuation)
                    return true
                }
                if !stands { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil { state.cancelledEarly.insert(id) }
                return waiter
            }
            waiter?.continuation.resume()
        }
        return state.withLock { state in
            state.cancelledEarly.remove(id)
            return state.version
        }
    }
}
