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
        // PQcancel opens a connection of its own and blocks: not on a thread of the cooperative pool.
        DispatchQueue.global().async { [self] in
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(pointer, &message, Int32(message.count))
        }
    }
}
