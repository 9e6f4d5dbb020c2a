/// The pool's books, without any connection being opened or closed here.
///
/// `Connection` is generic so that the rules are tested without a server.
struct PoolState<Connection, Waiter> {
    /// What somebody who wants a connection is to do.
    enum Admission {
        case use(Connection)
        /// Open one; its place is taken.
        case open
        /// Stand in line.
        case wait
        /// The line is as long as it may be.
        case full
        case closed
    }

    /// What happens with a place that became free.
    enum Handover {
        case give(Waiter, Connection)
        /// The waiter opens a connection in the free place.
        case letOpen(Waiter)
        case keep
        /// Nobody needs it; the connection, if there is one, is let go.
        case drop
    }

    let maximum: Int
    let maximumWaiters: Int
    /// The most recently used at the end, so that the others become idle long enough to be closed.
    private(set) var idle: [Connection] = []
    /// Connections that are open or being opened.
    private(set) var open = 0
    private(set) var waiters: [(id: UInt64, waiter: Waiter)] = []
    private(set) var isClosed = false
    private var nextID: UInt64 = 0

    init(maximum: Int, maximumWaiters: Int = .max) {
        self.maximum = max(1, maximum)
        self.maximumWaiters = maximumWaiters
    }

    mutating func admit() -> Admission {
        if isClosed { return .closed }
        if let connection = idle.popLast() { return .use(connection) }
        if open < maximum {
            open += 1
            return .open
        }
        return waiters.count < maximumWaiters ? .wait : .full
    }

    mutating func makeID() -> UInt64 {
        nextID += 1
        return nextID
    }

    mutating func stand(_ waiter: Waiter, id: UInt64) {
        waiters.append((id, waiter))
    }

    /// Takes a waiter out of the line; `nil` when its turn has come meanwhile.
    mutating func leave(_ id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    /// Takes those out of the line that `isLate` holds for.
    mutating func leave(_ isLate: (Waiter) -> Bool) -> [Waiter] {
        let late = waiters.filter { isLate($0.waiter) }.map(\.waiter)
        if !late.isEmpty { waiters.removeAll { isLate($0.waiter) } }
        return late
    }

    /// A connection comes back fit for use.
    mutating func giveBack(_ connection: Connection) -> Handover {
        if isClosed {
            open -= 1
            return .drop
        }
        guard waiters.isEmpty else { return .give(waiters.removeFirst().waiter, connection) }
        idle.append(connection)
        return .keep
    }

    /// A connection is gone, or could not be opened.
    mutating func lose() -> Handover {
        guard !isClosed, !waiters.isEmpty else {
            open -= 1
            return .drop
        }
        return .letOpen(waiters.removeFirst().waiter)
    }

    /// Lets idle connections go until `minimum` are open, the longest unused first.
    mutating func shrink(to minimum: Int) -> [Connection] {
        let count = min(idle.count, max(0, open - minimum))
        let dropped = Array(idle.prefix(count))
        idle.removeFirst(count)
        open -= count
        return dropped
    }

    /// Closes the pool; returns the idle connections and everyone in line.
    mutating func close() -> (connections: [Connection], waiters: [Waiter]) {
        isClosed = true
        let result = (idle, waiters.map(\.waiter))
        open -= idle.count
        idle = []
        waiters = []
        return result
    }
}
