import Synchronization

/// Gathers single questions into one that asks for many, while earlier ones are under way.
///
/// Whoever asks when nothing is under way is answered at once, alone. What is asked meanwhile goes together in the next read,
/// so that ten thousand who ask at the same moment cost some dozens of reads. An answer never comes from a read that began
/// before its question.
///
/// There is no task behind it: one of those who ask reads for all.
package final class BatchedReads<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Answers = Result<[Key: Value], any Error>

    private enum Turn {
        /// The answers are there.
        case answered(Answers)
        /// It is this one's turn to read for those who wait.
        case read
        /// Whoever was to read has gone.
        case askAgain
    }

    private struct Waiter {
        let key: Key
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var reading = 0
        var line: [Waiter] = []
    }

    private let limit: Int
    private let atOnce: Int
    private let read: @Sendable (Set<Key>) async throws -> [Key: Value]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many keys one read asks for at most.
    ///   - atOnce: how many reads are under way at once.
    ///   - read: answers for many keys; what has no answer is left out.
    package init(
        limit: Int = 512,
        atOnce: Int = 2,
        read: @escaping @Sendable (Set<Key>) async throws -> [Key: Value]
    ) {
        self.limit = max(1, limit)
        self.atOnce = max(1, atOnce)
        self.read = read
    }

    /// How many wait for the next read.
    package var waiting: Int { state.withLock { $0.line.count } }

    /// The answer for `key`; `nil` when there is none.
    ///
    /// - Throws: what the read throws; `CancellationError` only when the task itself was cancelled.
    package func value(for key: Key) async throws -> Value? {
        while true {
            switch await turn(for: key) {
            case .answered(let answers): return try answers.get()[key]
            case .read: return try await readForAll(and: key)
            case .askAgain: try Task.checkCancellation()
            }
        }
    }

    private func turn(for key: Key) async -> Turn {
        let mayRead = state.withLock { state in
            guard state.reading < atOnce else { return false }
            state.reading += 1
            return true
        }
        guard !mayRead else { return .read }
        return await withCheckedContinuation { continuation in
            let turn: Turn? = state.withLock { state in
                guard state.reading < atOnce else {
                    state.line.append(Waiter(key: key, continuation: continuation))
                    return nil
                }
                state.reading += 1
                return .read
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }

    private func readForAll(and own: Key) async throws -> Value? {
        let others = state.withLock { state in
            let taken = Array(state.line.prefix(limit - 1))
            state.line.removeFirst(taken.count)
            return taken
        }
        let answers: Answers
        do {
            answers = .success(try await read(Set(others.map(\.key)).union([own])))
        } catch {
            answers = .failure(error)
        }
        let next = state.withLock { state in
            guard !state.line.isEmpty else {
                state.reading -= 1
                return nil as Waiter?
            }
            return state.line.removeFirst()
        }
        next?.continuation.resume(returning: .read)
        // Who reads for others may be told to stop; that is nothing to them.
        let isGone = Task.isCancelled && (try? answers.get()) == nil
        for waiter in others { waiter.continuation.resume(returning: isGone ? .askAgain : .answered(answers)) }
        return try answers.get()[own]
    }
}
