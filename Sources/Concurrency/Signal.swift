import Synchronization

/// A wake-up that keeps only its latest state: "something changed since version n".
///
/// A notification is never lost and never queued: whoever waits after an older version returns at once.
package final class Signal: Sendable {
    private struct State {
        var version: UInt64 = 0
        var nextID: UInt64 = 0
        /// What wakes those that wait, by their places.
        var waiters: [UInt64: @Sendable () -> Void] = [:]
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
        for wake in woken { wake() }
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
        let wake: (@Sendable () -> Void)? = state.withLock { state in
            guard state.reserved.contains(place) else { return nil }
            let wake = state.waiters.removeValue(forKey: place)
            if wake == nil { state.cancelledEarly.insert(place) }
            return wake
        }
        wake?()
    }

    /// Waits like ``wait(after:)``, in a place that was reserved.
    package func wait(after: UInt64, in place: UInt64) async -> UInt64 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                stand(in: place, after: after) { continuation.resume() }
            }
        } onCancel: {
            leave(place)
        }
        return free(place)
    }

    /// Calls `body` once with the version when it is above `after` or somebody ends the wait, in a place that was reserved.
    ///
    /// No task waits. `body` runs in whatever notifies or ends the wait, and must be short.
    package func whenNewer(
        than after: UInt64,
        in place: UInt64,
        _ body: @escaping @Sendable (_ version: UInt64) -> Void
    ) {
        stand(in: place, after: after) { [self] in body(free(place)) }
    }

    private func stand(in place: UInt64, after: UInt64, _ wake: @escaping @Sendable () -> Void) {
        let stands = state.withLock { state in
            if state.cancelledEarly.remove(place) != nil || state.version > after { return false }
            state.waiters[place] = wake
            return true
        }
        if !stands { wake() }
    }

    /// Ends a reservation; the version now.
    private func free(_ place: UInt64) -> UInt64 {
        state.withLock { state in
            state.reserved.remove(place)
            state.cancelledEarly.remove(place)
            return state.version
        }
    }
}
