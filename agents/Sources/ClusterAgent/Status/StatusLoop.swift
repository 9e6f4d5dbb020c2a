import Glibc

/// The thread of the status server: one `poll` over the listening socket, the mailbox and a bounded number of clients.
final class StatusLoop {
    /// How many clients are served at once; further ones wait in the system's queue.
    static let maximumConnections = 16

    private struct Connection {
        let descriptor: Int32
        let end: ContinuousClock.Instant
        var input: [UInt8] = []
        var output: [UInt8] = []
        /// Whether somebody else answers; until then nothing is read or written.
        var isAsked = false
    }

    private let listener: Int32
    private let mailbox: StatusServer.Mailbox
    private let patience: Duration
    private let isAlive: @Sendable () -> StatusAnswer
    private let asker: AsyncStream<StatusServer.Question>.Continuation
    private var connections: [UInt64: Connection] = [:]
    private var lastID: UInt64 = 0

    init(
        listener: Int32,
        mailbox: StatusServer.Mailbox,
        patience: Duration,
        isAlive: @escaping @Sendable () -> StatusAnswer,
        asker: AsyncStream<StatusServer.Question>.Continuation
    ) {
        self.listener = listener
        self.mailbox = mailbox
        self.patience = patience
        self.isAlive = isAlive
        self.asker = asker
    }

    func run() {
        while !mailbox.isStopped {
            let order = connections.keys.sorted()
            var polled = [
                pollfd(fd: mailbox.readEnd, events: Int16(POLLIN), revents: 0),
                // With all places taken nobody is let in.
                pollfd(
                    fd: order.count < Self.maximumConnections ? listener : -1,
                    events: Int16(POLLIN),
                    revents: 0
                ),
            ]
            polled += order.map { pollfd(fd: connections[$0]?.descriptor ?? -1, events: interest(of: $0), revents: 0) }
            let wait = order.isEmpty ? -1 : Int32(1_000)
            guard poll(&polled, nfds_t(polled.count), wait) >= 0 || errno == EINTR else { break }
            if polled[0].revents != 0 { deliver() }
            if polled[1].revents != 0 { accept() }
            for (id, state) in zip(order, polled.dropFirst(2)) where state.revents != 0 { serve(id) }
            expire()
        }
        for id in connections.keys { drop(id) }
        close(listener)
        asker.finish()
    }

    private func interest(of id: UInt64) -> Int16 {
        guard let connection = connections[id] else { return 0 }
        if connection.isAsked { return 0 }
        return Int16(connection.output.isEmpty ? POLLIN : POLLOUT)
    }

    private func accept() {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        StatusServer.prepare(descriptor)
        lastID += 1
        connections[lastID] = Connection(descriptor: descriptor, end: .now + patience)
    }

    private func serve(_ id: UInt64) {
        guard let connection = connections[id] else { return }
        if connection.isAsked {
            // Nothing was asked for, so this is the client's end.
            drop(id)
        } else if connection.output.isEmpty {
            receive(id)
        } else {
            send(id)
        }
    }

    private func receive(_ id: UInt64) {
        guard var connection = connections[id] else { return }
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let count = recv(connection.descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            if count == 0 || errno != EAGAIN && errno != EINTR { drop(id) }
            return
        }
        connection.input += buffer.prefix(count)
        switch StatusRequest.read(connection.input) {
        case .incomplete: break
        case .refused(let answer): connection.output = answer.bytes(withBody: true)
        case .request(let request) where request.path == "/livez":
            connection.output = isAlive().bytes(withBody: !request.isHead)
        case .request(let request):
            connection.isAsked = true
            asker.yield(StatusServer.Question(connection: id, request: request))
        }
        connections[id] = connection
    }

    private func send(_ id: UInt64) {
        guard var connection = connections[id] else { return }
        let count = connection.output.withUnsafeBytes {
            Glibc.send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count >= 0 else {
            if errno != EAGAIN && errno != EINTR { drop(id) }
            return
        }
        connection.output.removeFirst(count)
        connections[id] = connection
        if connection.output.isEmpty { drop(id) }
    }

    private func deliver() {
        for (id, bytes) in mailbox.take() {
            connections[id]?.isAsked = false
            connections[id]?.output = bytes
        }
    }

    private func expire() {
        let now = ContinuousClock.now
        for (id, connection) in connections where connection.end <= now { drop(id) }
    }

    private func drop(_ id: UInt64) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        shutdown(connection.descriptor, Int32(SHUT_RDWR))
        close(connection.descriptor)
    }
}
