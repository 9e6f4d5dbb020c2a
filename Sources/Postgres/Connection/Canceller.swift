import CPostgres
import Dispatch
import Synchronization

/// Ends a running statement from another thread.
///
/// SAFETY of `@unchecked Sendable`: a `PGcancel` is immutable, `PQcancel` is documented as thread-safe, and it is freed once,
/// when the last reference is gone.
final class Canceller: @unchecked Sendable {
    private struct State {
        var unit: UInt64 = 0
        var isRunning = false
        var wasUsed = false
    }

    private let pointer: OpaquePointer?
    private let state = Mutex(State())

    init(of connection: OpaquePointer) {
        pointer = PQgetCancel(connection)
    }

    deinit {
        PQfreeCancel(pointer)
    }

    /// Whether a request was ever sent: it may arrive late and hit a later statement, so the connection is not reused.
    var wasUsed: Bool { state.withLock { $0.wasUsed } }

    /// Begins a unit of work; the number tells it from later ones.
    func begin() -> UInt64 {
        state.withLock { state in
            state.unit += 1
            state.isRunning = true
            return state.unit
        }
    }

    func end(_ unit: UInt64) {
        state.withLock { state in
            if state.unit == unit { state.isRunning = false }
        }
    }

    /// Asks the server to end what runs in `unit`; does not wait for it.
    func cancel(_ unit: UInt64) {
        let isDue = state.withLock { state in
            guard state.isRunning, state.unit == unit else { return false }
            state.wasUsed = true
            return true
        }
        guard isDue else { return }
        request(unit, attempt: 1)
    }

    /// Sends the request, and again while the unit still runs: one that arrives before its statement does is lost.
    ///
    /// PQcancel opens a connection of its own and blocks, so it runs on no thread of the cooperative pool.
    private func request(_ unit: UInt64, attempt: Int) {
        DispatchQueue.global().async { [self] in
            guard state.withLock({ $0.isRunning && $0.unit == unit }) else { return }
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(pointer, &message, Int32(message.count))
            guard attempt < Self.maximumAttempts else { return }
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.interval) { [self] in
                request(unit, attempt: attempt + 1)
            }
        }
    }

    /// With the interval: half a minute, the longest that a statement may run anyhow.
    private static let maximumAttempts = 300
    private static let interval = DispatchTimeInterval.milliseconds(100)
}
