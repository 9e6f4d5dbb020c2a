import Synchronization

/// A lock for sections that await: one holder at a time, the others in the order they came.
///
/// A waiter whose task is cancelled leaves the line at once. The gate is not recursive.
package final class AsyncGate: Sendable {
    private enum Turn { case granted, cancelled }

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var isHeld = false
        var nextID: UInt64 = 0
        var waiters: [Waiter] = []
        /// Waiters whose task was cancelled before they stood in line.
        var cancelledEarly: Set<UInt64> = []

        mutating func makeID() -> UInt64 {
            nextID += 1
            return nextID
        }

        /// Stands in line, or answers at once.
        mutating func stand(_ waiter: Waiter) -> Turn? {
            if cancelledEarly.remove(waiter.id) != nil { return .cancelled }
            guard isHeld else {
                isHeld = true
                return .granted
            }
            waiters.append(waiter)
            return nil
        }

        mutating func leave(_ id: UInt64) -> Waiter? {
            guard let index = waiters.firstIndex(where: { $0.id == id }) else {
                cancelledEarly.insert(id)
                return nil
            }
            return waiters.remove(at: index)
        }

        /// Hands the gate to the next in line, or opens it.
        mutating func release() -> Waiter? {
            guard !waiters.isEmpty else {
                isHeld = false
                return nil
            }
            return waiters.removeFirst()
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// How many tasks stand in line.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    /// Runs `body` while holding the gate.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before its turn, otherwise what `body` throws.
    package func withGate<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> sending Result
    ) async throws -> sending Result {
        try await enter()
        defer { leave() }
        return try await body()
    }

    /// Waits for the gate and holds it until `leave()`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before its turn.
    package func enter(isolation: isolated (any Actor)? = #isolation) async throws {
        try Task.checkCancellation()
        let id = state.withLock { $0.makeID() }
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(id: id, continuation: continuation)
                if let turn = state.withLock({ $0.stand(waiter) }) { continuation.resume(returning: turn) }
            }
        } onCancel: {
            state.withLock { $0.leave(id) }?.continuation.resume(returning: .cancelled)
        }
        state.withLock { _ = $0.cancelledEarly.remove(id) }
        if turn == .cancelled { throw CancellationError() }
    }

    /// Gives the gate to the next in line.
    ///
    /// Must follow every `enter()` that returned.
    package func leave() {
        state.withLock { $0.release() }?.continuation.resume(returning: .granted)
    }
}
