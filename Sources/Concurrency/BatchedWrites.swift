import Synchronization

/// Gathers single writes into one that writes many, while earlier ones are under way: a group commit.
///
/// Whoever comes when nothing is under way is written at once, alone. What comes meanwhile goes together in the next write, in
/// the order in which it came, so that a thousand who come at the same moment cost some dozens of transactions. Nothing is ever
/// held back in the hope of more.
///
/// Of one key at most one item is in a batch; the next one waits for a later batch. There is no task behind it: one of
/// those who come writes for all.
package final class BatchedWrites<Item: Sendable, Receipt: Sendable>: Sendable {
    private enum Turn {
        /// Written, or not and why.
        case done(Result<Receipt, any Error>)
        /// It is this one's turn to write for those who wait.
        case write
        /// Whoever was to write has gone.
        case again
        /// Too many wait.
        case refused
    }

    private struct Waiter {
        let item: Item
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var writing = 0
        var line: [Waiter] = []
    }

    private let limit: Int
    private let atOnce: Int
    private let maximumWaiting: Int
    private let key: @Sendable (Item) -> String
    private let writeAll: @Sendable ([Item]) async throws -> [Result<Receipt, any Error>]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: how many items one write has at most.
    ///   - atOnce: how many writes are under way at once.
    ///   - maximumWaiting: how many items wait at most; the next one is refused at once.
    ///   - key: what no two items of one write may have in common.
    ///   - write: writes many, and says in their order what became of each. What it throws becomes of all of them.
    package init(
        limit: Int = 64,
        atOnce: Int = 2,
        maximumWaiting: Int = 4_096,
        key: @escaping @Sendable (Item) -> String,
        write: @escaping @Sendable ([Item]) async throws -> [Result<Receipt, any Error>]
    ) {
        self.limit = max(1, limit)
        self.atOnce = max(1, atOnce)
        self.maximumWaiting = maximumWaiting
        self.key = key
        writeAll = write
    }

    /// How many wait for the next write.
    package var waiting: Int { state.withLock { $0.line.count } }

    /// Writes `item`, together with what else is there.
    ///
    /// - Throws: what became of the item; `LineFull` when too many wait; `CancellationError` only when the task itself
    ///   was cancelled.
    package func write(_ item: Item) async throws -> Receipt {
        while true {
            switch await turn(for: item) {
            case .done(let result): return try result.get()
            case .write: return try await writeForAll(and: item)
            case .again: try Task.checkCancellation()
            case .refused: throw LineFull(maximum: maximumWaiting)
            }
        }
    }

    private func turn(for item: Item) async -> Turn {
        await withCheckedContinuation { continuation in
            let turn: Turn? = state.withLock { state in
                guard state.writing >= atOnce else {
                    state.writing += 1
                    return .write
                }
                guard state.line.count < maximumWaiting else { return .refused }
                state.line.append(Waiter(item: item, continuation: continuation))
                return nil
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }

    private func writeForAll(and own: Item) async throws -> Receipt {
        let others = state.withLock { take(beside: own, from: &$0.line) }
        let results: Result<[Result<Receipt, any Error>], any Error>
        do {
            results = .success(try await writeAll([own] + others.map(\.item)))
        } catch {
            results = .failure(error)
        }
        let next = state.withLock { state in
            guard !state.line.isEmpty else {
                state.writing -= 1
                return nil as Waiter?
            }
            return state.line.removeFirst()
        }
        next?.continuation.resume(returning: .write)
        // Who writes for others may be told to stop; that is nothing to them.
        let isGone = Task.isCancelled
        for (index, waiter) in others.enumerated() {
            switch results {
            case .success(let each): waiter.continuation.resume(returning: .done(each[index + 1]))
            case .failure(let error): waiter.continuation.resume(returning: isGone ? .again : .done(.failure(error)))
            }
        }
        return try results.get()[0].get()
    }

    /// The first of those who wait that may be written together with `own`.
    private func take(beside own: Item, from line: inout [Waiter]) -> [Waiter] {
        var keys: Set = [key(own)]
        var taken: [Waiter] = []
        var rest: [Waiter] = []
        for waiter in line {
            if taken.count < limit - 1, keys.insert(key(waiter.item)).inserted {
                taken.append(waiter)
            } else {
                rest.append(waiter)
            }
        }
        line = rest
        return taken
    }
}
