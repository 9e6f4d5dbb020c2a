import Synchronization

/// Lets so many in at once, keeps some more in line for a while, and refuses the others.
final class AdmissionGate: Sendable {
    /// There is no place, and there will be none soon.
    enum Postponement: String, Error {
        /// The line is full.
        case full
        /// The turn did not come in time.
        case late
        /// Whoever waited has gone.
        case cancelled
        /// Too many bodies of the same sender are waited for inside.
        case body
    }

    private typealias Turn = Result<Void, Postponement>

    private struct State {
        var inside = 0
        var nextID: UInt64 = 0
        var line: [(id: UInt64, continuation: CheckedContinuation<Turn, Never>)] = []
    }

    /// Whose bodies are waited for inside.
    let bodies: BodyShares
    private let places: AdmissionLimits.Places
    private let patience: @Sendable () async -> Void
    private let state = Mutex(State())

    /// `patience` returns when somebody has waited long enough, or when its task is cancelled.
    init(_ places: AdmissionLimits.Places, patience: @escaping @Sendable () async -> Void) {
        bodies = BodyShares(of: places.atOnce)
        self.places = places
        self.patience = patience
    }

    /// How many are inside, and how many wait.
    var occupancy: (inside: Int, waiting: Int) { state.withLock { ($0.inside, $0.line.count) } }

    /// Takes a place; whoever got one must ``leave()``.
    func enter() async throws(Postponement) {
        let isFree = try state.withLock { state throws(Postponement) in
            guard state.inside >= places.atOnce else {
                state.inside += 1
                return true
            }
            guard state.line.count < places.inLine else { throw .full }
            return false
        }
        guard !isFree else { return }
        try await wait().get()
    }

    /// Gives the place to the first in line.
    func leave() {
        let next: CheckedContinuation<Turn, Never>? = state.withLock { state in
            guard !state.line.isEmpty else {
                state.inside -= 1
                return nil
            }
            return state.line.removeFirst().continuation
        }
        next?.resume(returning: .success(()))
    }

    private func wait() async -> Turn {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { [patience] in
                await patience()
                self.end(id, Task.isCancelled ? .cancelled : .late)
            }
            defer { group.cancelAll() }
            return await withCheckedContinuation { continuation in
                let turn: Turn? = state.withLock { state in
                    guard state.inside >= places.atOnce else {
                        state.inside += 1
                        return .success(())
                    }
                    guard state.line.count < places.inLine else { return .failure(.full) }
                    // A task that was cancelled before it stood in line is not called out of it any more.
                    guard !Task.isCancelled else { return .failure(.cancelled) }
                    state.line.append((id, continuation))
                    return nil
                }
                if let turn { continuation.resume(returning: turn) }
            }
        }
    }

    private func end(_ id: UInt64, _ refusal: Postponement) {
        let waiter: CheckedContinuation<Turn, Never>? = state.withLock { state in
            guard let index = state.line.firstIndex(where: { $0.id == id }) else { return nil }
            return state.line.remove(at: index).continuation
        }
        waiter?.resume(returning: .failure(refusal))
    }
}
