import CPostgres
import Logging

/// Owns one `PGconn`.
///
/// SAFETY of `@unchecked Sendable`: the pointer is only used by the connection actor that owns the handle, on its own
/// serial queue, and freed once, when actor and handle are gone and nothing can use it any more.
final class ConnectionHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let notices: NoticeSink

    init(_ pointer: OpaquePointer, logger: Logger) {
        self.pointer = pointer
        notices = NoticeSink(logger: logger)
        // libpq's default prints to standard error.
        PQsetNoticeProcessor(
            pointer,
            { context, message in
                guard let context, let message else { return }
                Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().log(String(cString: message))
            },
            Unmanaged.passUnretained(notices).toOpaque()
        )
    }

    deinit {
        PQfinish(pointer)
    }
}

/// Takes the server's notices.
private final class NoticeSink: Sendable {
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func log(_ message: String) {
        logger.debug("\(message.split(separator: "\n").joined(separator: " "))")
    }
}
