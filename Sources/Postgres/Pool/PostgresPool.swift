import Concurrency
import Dispatch
package import Logging
import Synchronization

/// A bounded set of connections.
///
/// Connections are opened when they are needed and kept; a broken one is replaced, with back-off while the server is
/// away. A unit of work waits at most `acquireTimeout` for its turn.
package final class PostgresPool: Sendable {
    private enum Turn: Sendable {
        case use(PostgresConnection)
        case open
        case timedOut
        case cancelled
        case full
        case closed
    }

    private struct Waiter: Sendable {
        let continuation: CheckedContinuation<Turn, Never>
        let deadline: ContinuousClock.Instant
    }

    private typealias State = PoolState<PostgresConnection, Waiter>

    package let configuration: PostgresConfiguration
    package let minimum: Int
    package let maximum: Int
    /// How many units of work stand in line for a connection; the next one is refused at once.
    package let maximumWaiters: Int
    package let acquireTimeout: Duration
    private let logger: Logger
    private let state: Mutex<State>
    /// Rises whenever a place becomes free after the pool was closed.
    private let returns = Signal()
    /// Whether somebody looks after those who wait too long.
    private let isWatched = Atomic(false)

    /// - `minimum`: how many connections `run()` keeps open when nothing happens.
    /// - `maximum`: how many there are at most; each has a thread while it works.
    /// - `maximumWaiters`: how many units of work wait for one at most.
    /// - `acquireTimeout`: how long a unit of work waits for a connection, a server that is away included.
    package init(
        configuration: PostgresConfiguration,
        minimum: Int = 1,
        maximum: Int = 8,
        maximumWaiters: Int = 4_096,
        acquireTimeout: Duration = .seconds(5),
        logger: Logger
    ) {
        self.configuration = configuration
        self.minimum = minimum
        self.maximum = maximum
        self.maximumWaiters = maximumWaiters
        self.acquireTimeout = acquireTimeout
        self.logger = logger
        state = Mutex(State(maximum: maximum, maximumWaiters: maximumWaiters))
    }

    /// How many connections are open, idle, and how many units of work wait.
    package var statistics: (open: Int, idle: Int, waiting: Int) {
        state.withLock { ($0.open, $0.idle.count, $0.waiters.count) }
    }

    /// Runs `body` on a connection, on that connection's own thread.
    ///
    /// - Throws: what `body` throws; `PostgresError` when there is no connection in time; `CancellationError`.
    package func withConnection<Value: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + acquireTimeout
        while true {
            let connection = try await acquire(until: deadline)
            let outcome = await connection.outcome(of: body)
            if outcome.isReusable { giveBack(connection) } else { lose() }
            // Without a result the connection had died while it was idle, and nothing was done yet.
            if let result = outcome.result { return try result.get() }
        }
    }

    /// Runs one statement.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    @discardableResult
    package func query(_ sql: SQL) async throws -> PostgresRows {
        try await withConnection { connection in try connection.query(sql) }
    }

    /// Runs `body` in a transaction; after a serialization failure or a deadlock it runs again, at most ten times.
    ///
    /// So `body` must have no effect but on the database.
    ///
    /// `name`: what logs and errors call the transaction.
    ///
    /// - Throws: what `body` throws; `PostgresError` of the last attempt; `CancellationError`.
    package func withTransaction<Value: Sendable>(
        _ level: IsolationLevel = .readCommitted,
        name: String,
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        var backoff = Backoff(base: .milliseconds(5), cap: .milliseconds(500))
        while true {
            do {
                return try await withConnection { connection in try connection.transaction(level, body) }
            } catch let error as PostgresError where error.isTransient {
                guard backoff.attempts < Self.maximumRetries else {
                    throw PostgresError(
                        .serialization,
                        "transaction '\(name)' met others \(backoff.attempts + 1) times: \(error.message)",
                        sqlState: error.sqlState
                    )
                }
                logger.debug("transaction '\(name)' is retried: \(error.message)")
                try await Task.sleep(for: backoff.next())
            }
        }
    }

    static let maximumRetries = 10

    /// Keeps the minimum of connections open and lets those go that nobody needs, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            if statistics.open < minimum { _ = try? await withConnection { _ in } }
            try? await Task.sleep(for: Self.idleTimeout)
            let dropped = state.withLock { $0.shrink(to: minimum) }
            if !dropped.isEmpty { logger.debug("\(dropped.count) idle database connections closed") }
        }
        await close()
    }

    static let idleTimeout = Duration.seconds(60)

    /// Closes idle connections and waits until the others have come back; everyone in line gets an error.
    package func close() async {
        // Letting go of a connection closes it.
        let waiters = state.withLock { $0.close().waiters }
        for waiter in waiters { waiter.continuation.resume(returning: .closed) }
        var seen: UInt64 = 0
        while state.withLock({ $0.open }) > 0, !Task.isCancelled { seen = await returns.wait(after: seen) }
    }
}

// MARK: - Leases

extension PostgresPool {
    private func acquire(until deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        let turn: Turn =
            switch state.withLock({ $0.admit() }) {
            case .use(let connection): .use(connection)
            case .open: .open
            case .full: .full
            case .closed: .closed
            case .wait: await waitInLine(until: deadline)
            }
        switch turn {
        case .use(let connection): return connection
        case .open: return try await open(until: deadline)
        case .cancelled: throw CancellationError()
        case .closed: throw PostgresError(.unavailable, "the connection pool is closed")
        case .full:
            throw PostgresError(
                .poolExhausted,
                "\(maximumWaiters) units of work wait for one of \(maximum) database connections already"
            )
        case .timedOut:
            throw PostgresError(
                .poolExhausted,
                "none of \(maximum) database connections became free within \(acquireTimeout)"
            )
        }
    }

    private func waitInLine(until deadline: ContinuousClock.Instant) async -> Turn {
        let id = state.withLock { $0.makeID() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // What became free since is taken, else the place in line is.
                let turn: Turn? = state.withLock { state in
                    switch state.admit() {
                    case .use(let connection): return .use(connection)
                    case .open: return .open
                    case .full: return .full
                    case .closed: return .closed
                    case .wait:
                        state.stand(Waiter(continuation: continuation, deadline: deadline), id: id)
                        return nil
                    }
                }
                if let turn {
                    continuation.resume(returning: turn)
                    return
                }
                if Task.isCancelled { leave(id, .cancelled) }
                watchTheLine()
            }
        } onCancel: {
            leave(id, .cancelled)
        }
    }

    private func leave(_ id: UInt64, _ turn: Turn) {
        state.withLock { $0.leave(id) }?.continuation.resume(returning: turn)
    }

    /// Sends those away who have waited long enough, now and as long as somebody waits.
    ///
    /// One timer serves the whole line: a fleet that comes back stands in it by the thousand.
    private func watchTheLine() {
        guard !isWatched.exchange(true, ordering: .acquiringAndReleasing) else { return }
        sendAway()
    }

    private func sendAway() {
        let now = ContinuousClock.now
        let late = state.withLock { $0.leave { $0.deadline <= now } }
        for waiter in late { waiter.continuation.resume(returning: .timedOut) }
        guard statistics.waiting > 0 else {
            isWatched.store(false, ordering: .releasing)
            // Somebody may have come between the look and the note.
            if statistics.waiting > 0 { watchTheLine() }
            return
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.lineInterval) { [weak self] in self?.sendAway() }
    }

    /// How late somebody may be sent away.
    private static let lineInterval = DispatchTimeInterval.milliseconds(50)

    /// Opens a connection in a place that is already counted.
    private func open(until deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        var backoff = Backoff(base: .milliseconds(20), cap: .seconds(1))
        while true {
            do {
                return try await PostgresConnection.connect(configuration, logger: logger)
            } catch {
                let wait = backoff.next()
                guard error.code == .unavailable, ContinuousClock.now + wait < deadline, !Task.isCancelled else {
                    lose()
                    throw error
                }
                do { try await Task.sleep(for: wait) } catch {
                    lose()
                    throw error
                }
            }
        }
    }

    private func giveBack(_ connection: PostgresConnection) {
        switch state.withLock({ $0.giveBack(connection) }) {
        case .give(let waiter, let connection): waiter.continuation.resume(returning: .use(connection))
        case .letOpen(let waiter): waiter.continuation.resume(returning: .open)
        case .keep: break
        case .drop: returns.notify()
        }
    }

    private func lose() {
        switch state.withLock({ $0.lose() }) {
        case .letOpen(let waiter): waiter.continuation.resume(returning: .open)
        case .drop: returns.notify()
        case .give, .keep: break
        }
    }
}
