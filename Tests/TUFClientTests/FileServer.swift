import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Serves files on a loopback address, and remembers what was asked for.
final class FileServer: Sendable, HTTPResponder {
    private struct State {
        var files: [String: [UInt8]] = [:]
        var requests: [String] = []
    }

    private let state = Mutex(State())

    /// Serves `files`, by their paths, in place of what was served before.
    func serve(_ files: [String: [UInt8]]) {
        state.withLock {
            $0.files = files
            $0.requests = []
        }
    }

    /// The paths that were asked for since the files were set.
    var requests: [String] { state.withLock { $0.requests } }

    /// Runs `body` with the URL of the server.
    static func running<Result: Sendable>(
        _ body: @Sendable (FileServer, String) async throws -> Result
    ) async throws -> Result {
        let server = FileServer()
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test-files")
        logger.logLevel = .error
        let application = Application(
            responder: server,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { continuation.yield(port) }
            },
            logger: logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await application.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await group.waitForAll()
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await body(server, "http://127.0.0.1:\(port)")
        }
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let path = String(request.uri.path.dropFirst())
        let file = state.withLock {
            $0.requests.append(path)
            return $0.files[path]
        }
        guard let file else { return Response(status: .notFound) }
        return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file)))
    }
}
