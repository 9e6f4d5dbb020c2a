import CPostgres
import Concurrency
import Glibc
package import Logging

/// Listens for NOTIFY on a connection of its own.
///
/// A notification is a hint: its payload is short, and those sent while the connection was away are lost. So each time
/// the connection is made anew a `.resync` comes first, and the receiver reads the state again.
package struct PostgresListener: Sendable {
    package enum Event: Hashable, Sendable {
        /// Notifications may have been lost: read everything again.
        case resync
        case notification(channel: String, payload: String)
    }

    package let configuration: PostgresConfiguration
    package let channels: [String]
    private let logger: Logger

    package init(_ configuration: PostgresConfiguration, channels: [String], logger: Logger) {
        self.configuration = configuration
        self.channels = channels
        self.logger = logger
    }

    /// Listens until the task is cancelled; connects again, with back-off, whenever the connection breaks.
    package func run(_ receive: @Sendable (Event) async -> Void) async {
        var backoff = Backoff(base: .milliseconds(50), cap: .seconds(5))
        var isKnownAway = false
        while !Task.isCancelled {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                try await connection.perform { connection in
                    for channel in channels { try connection.query("LISTEN \(identifier: channel)") }
                }
                if isKnownAway { logger.info("listening for notifications again") }
                isKnownAway = false
                backoff.reset()
                await receive(.resync)
                try await listen(on: connection, receive)
            } catch {
                if Task.isCancelled { return }
                if !isKnownAway { logger.warning("notifications are interrupted: \(error)") }
                isKnownAway = true
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    private func listen(
        on connection: PostgresConnection,
        _ receive: @Sendable (Event) async -> Void
    ) async throws {
        let bell = try WakeUp()
        try await withTaskCancellationHandler {
            while !Task.isCancelled {
                for event in try await connection.notifications(orUntil: bell) { await receive(event) }
            }
        } onCancel: {
            bell.ring()
        }
    }
}

/// A descriptor that ends a `poll`.
private final class WakeUp: Sendable {
    let descriptor: Int32
    private let sender: Int32

    init() throws(PostgresError) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw PostgresError(.unavailable, "no descriptor is left for a socket pair")
        }
        descriptor = ends[0]
        sender = ends[1]
    }

    deinit {
        close(descriptor)
        close(sender)
    }

    func ring() {
        var byte: UInt8 = 1
        send(sender, &byte, 1, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
    }
}

extension PostgresConnection {
    /// How long the socket may be silent before the server is asked whether it is there.
    private static let silenceMilliseconds: Int32 = 30_000

    /// Waits on the connection's thread until notifications have come, the bell rings, or a probe found all well.
    fileprivate func notifications(orUntil bell: WakeUp) throws(PostgresError) -> [PostgresListener.Event] {
        var descriptors = [
            pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&descriptors, 2, Self.silenceMilliseconds)
        if ready == 0 {
            try check(PQexec(pointer, "SELECT 1"), "SELECT 1")
        } else if PQconsumeInput(pointer) == 0 {
            throw PostgresError(
                .unavailable,
                "the listening connection was lost: \(Self.oneLine(PQerrorMessage(pointer)))"
            )
        }
        var events: [PostgresListener.Event] = []
        while let notification = PQnotifies(pointer) {
            events.append(
                .notification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)
                )
            )
            PQfreemem(notification)
        }
        return events
    }
}
