import Glibc
import HTTPTransport
import Synchronization

/// A tiny HTTP server on a loopback socket: one thread per connection, answers by path, counts its connections.
final class LoopbackServer: Sendable {
    /// A request as it came, and the connection to answer on.
    struct Exchange {
        let method: String
        let target: String
        let headers: [String: String]
        let body: [UInt8]
        fileprivate let descriptor: Int32

        /// Writes `text` as it is; `false` when the client is gone.
        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        /// Writes a whole answer.
        func answer(_ status: Int = 200, headers: String = "", _ body: String = "") {
            write("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }

        func chunk(_ text: String) -> Bool { write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }

        /// Waits until the client closes the connection.
        func waitForClose() {
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
        }

        func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    typealias Handler = @Sendable (Exchange) -> Void

    private struct State {
        var descriptors: Set<Int32> = []
        var accepted = 0
    }

    private final class Box {
        let descriptor: Int32
        let server: LoopbackServer

        init(_ descriptor: Int32, _ server: LoopbackServer) {
            self.descriptor = descriptor
            self.server = server
        }
    }

    let port: UInt16
    private let listener: Int32
    private let handler: Handler
    private let state = Mutex(State())

    var url: String { "http://127.0.0.1:\(port)" }
    var acceptedConnections: Int { state.withLock { $0.accepted } }

    init(_ handler: @escaping Handler) throws {
        self.handler = handler
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        struct CannotListen: Error {}
        guard bound else { throw CannotListen() }
        port = UInt16(bigEndian: address.sin_port)
        Self.thread(Box(listener, self)) { box in
            while true {
                let connection = accept(box.descriptor, nil, nil)
                guard connection >= 0 else {
                    // Only who accepts closes: a number that is free is soon another test's listener.
                    close(box.descriptor)
                    return
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                box.server.state.withLock { state in
                    state.accepted += 1
                    state.descriptors.insert(connection)
                }
                LoopbackServer.thread(Box(connection, box.server)) { $0.server.serve($0.descriptor) }
            }
        }
    }

    /// Closes the listener and every connection.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { state in
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ descriptor: Int32) {
        var buffer: [UInt8] = []
        while let exchange = read(from: descriptor, &buffer) { handler(exchange) }
        state.withLock { state in
            state.descriptors.remove(descriptor)
            close(descriptor)
        }
    }

    private func read(from descriptor: Int32, _ buffer: inout [UInt8]) -> Exchange? {
        var end: Range<Int>?
        while end == nil {
            end = buffer.firstRange(of: Array("\r\n\r\n".utf8))
            if end == nil, !Self.receive(descriptor, &buffer) { return nil }
        }
        guard let end else { return nil }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        buffer.removeFirst(end.upperBound)
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < length {
            guard Self.receive(descriptor, &buffer) else { return nil }
        }
        let body = Array(buffer[..<length])
        buffer.removeFirst(length)
        return Exchange(method: words[0], target: words[1], headers: headers, body: body, descriptor: descriptor)
    }

    private static func receive(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16384)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        buffer += bytes[..<count]
        return true
    }

    private struct Work {
        let box: Box
        let body: @Sendable (Box) -> Void
    }

    private final class WorkBox {
        let work: Work
        init(_ work: Work) { self.work = work }
    }

    private static func thread(_ box: Box, _ body: @escaping @Sendable (Box) -> Void) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(WorkBox(Work(box: box, body: body))).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                let work = Unmanaged<WorkBox>.fromOpaque(context).takeRetainedValue().work
                work.body(work.box)
                return nil
            },
            context
        )
        pthread_detach(thread)
    }
}

/// Runs `body` with a server and a client of its own, and ends both.
func withServer(
    _ handler: @escaping LoopbackServer.Handler,
    client configuration: HTTPClient.Configuration = HTTPClient.Configuration(),
    _ body: (LoopbackServer, HTTPClient) async throws -> Void
) async throws {
    let server = try LoopbackServer(handler)
    let client = try HTTPClient(configuration: configuration)
    let result: Result<Void, any Error>
    do { result = .success(try await body(server, client)) } catch { result = .failure(error) }
    await client.shutDown()
    server.stop()
    try result.get()
}
