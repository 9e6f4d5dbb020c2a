import Glibc
import HTTPTransport
import Synchronization
import Testing

@Suite
struct HTTPResponseStreamTests {
    private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test
    func `the head comes before the body, and the chunks as they are sent`() async throws {
        let gate = Mutex(0)
        try await withServer { exchange in
            exchange.write(Self.head)
            for index in 1...3 {
                while gate.withLock({ $0 }) < index { sched_yield() }
                _ = exchange.chunk("part \(index)\n")
            }
            exchange.write("0\r\n\r\n")
        } _: { server, client in
            let stream = try await client.stream(HTTPRequest(.get, server.url))
            #expect(stream.status == 200)
            for index in 1...3 {
                gate.withLock { $0 = index }
                #expect(try await stream.next() == Array("part \(index)\n".utf8))
            }
            #expect(try await stream.next() == nil)
            #expect(try await stream.next() == nil)
        }
    }

    @Test
    func `a slow reader makes the server wait, and loses nothing`() async throws {
        let total = 24 << 20
        let block = [UInt8](repeating: 7, count: 64 << 10)
        try await withServer { exchange in
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            var sent = 0
            while sent < total, exchange.write(block) { sent += block.count }
        } _: { server, client in
            let stream = try await client.stream(HTTPRequest(.get, server.url))
            // A second request runs to its end meanwhile: a paused stream does not hold the thread.
            var received = try #require(try await stream.next()).count
            let other = try await client.stream(HTTPRequest(.get, server.url))
            _ = try await other.next()
            other.cancel()
            for try await chunk in stream { received += chunk.count }
            #expect(received == total)
        }
    }

    @Test
    func `what is held for a reader that does not read is bounded`() async throws {
        let (stalled, stall) = AsyncStream.makeStream(of: Int.self)
        let sent = Mutex(0)
        let configuration = HTTPClient.Configuration(streamBufferBytes: 64 << 10)
        try await withServer(
            { exchange in
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: \(1 << 30)\r\n\r\n")
                let block = [UInt8](repeating: 7, count: 64 << 10)
                while exchange.write(block) {
                    let count = sent.withLock { value in
                        value += block.count
                        return value
                    }
                    if count > 256 << 20 { stall.yield(count) }
                }
                stall.yield(sent.withLock { $0 })
            },
            client: configuration
        ) { server, client in
            let stream = try await client.stream(HTTPRequest(.get, server.url, timeout: .milliseconds(400)))
            // The server can only fill the buffers of both sockets, until the time of the request ends it.
            for await count in stalled {
                #expect(count < 64 << 20)
                break
            }
            withExtendedLifetime(stream) {}
        }
    }

    @Test
    func `a stream that breaks off tells so after what came before`() async throws {
        try await withServer { exchange in
            exchange.write(Self.head)
            _ = exchange.chunk("one")
            exchange.close()
        } _: { server, client in
            let stream = try await client.stream(HTTPRequest(.get, server.url))
            var bytes: [UInt8] = []
            await #expect(throws: HTTPTransportError.self) {
                while let chunk = try await stream.next() { bytes += chunk }
            }
            #expect(bytes == Array("one".utf8))
        }
    }

    @Test
    func `dropping or cancelling a stream closes its connection`() async throws {
        let (closed, close) = AsyncStream.makeStream(of: String.self)
        try await withServer { exchange in
            exchange.write(Self.head)
            exchange.waitForClose()
            close.yield(exchange.target)
        } _: { server, client in
            var stream: HTTPResponseStream? = try await client.stream(HTTPRequest(.get, server.url + "/dropped"))
            #expect(stream?.status == 200)
            stream = nil
            for await target in closed {
                #expect(target == "/dropped")
                break
            }
            let second = try await client.stream(HTTPRequest(.get, server.url + "/cancelled"))
            async let waiting = second.next()
            second.cancel()
            do {
                _ = try await waiting
                Issue.record("the reader of a cancelled stream got an answer")
            } catch { #expect((error as? HTTPTransportError)?.code == .cancelled) }
            for await target in closed {
                #expect(target == "/cancelled")
                break
            }
        }
    }

    @Test
    func `cancelling the reading task ends the wait for the next chunk`() async throws {
        let (waiting, wait) = AsyncStream.makeStream(of: Void.self)
        try await withServer { exchange in
            exchange.write(Self.head)
            exchange.waitForClose()
        } _: { server, client in
            let stream = try await client.stream(HTTPRequest(.get, server.url, timeout: nil))
            let code = await withTaskGroup(of: HTTPTransportError.Code?.self) { group in
                group.addTask {
                    wait.yield()
                    do throws(HTTPTransportError) {
                        _ = try await stream.next()
                        return nil
                    } catch { return error.code }
                }
                for await _ in waiting { break }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(code == .cancelled)
        }
    }

    @Test
    func `collects the body of a refusal within a limit`() async throws {
        try await withServer {
            $0.answer(410, "gone for good")
        } _: { server, client in
            let stream = try await client.stream(HTTPRequest(.get, server.url))
            #expect(stream.status == 410)
            #expect(try await stream.collect(maximumBytes: 100) == Array("gone for good".utf8))
            let second = try await client.stream(HTTPRequest(.get, server.url))
            await #expect(throws: HTTPTransportError.self) { _ = try await second.collect(maximumBytes: 4) }
        }
    }

    @Test
    func `streams do not take the turns of requests`() async throws {
        let configuration = HTTPClient.Configuration(maximumConcurrentRequestsPerHost: 1)
        try await withServer(
            { exchange in
                guard exchange.target == "/watch" else { return exchange.answer(200, "ok") }
                exchange.write(Self.head)
                exchange.waitForClose()
            },
            client: configuration
        ) { server, client in
            var streams: [HTTPResponseStream] = []
            for _ in 0..<40 { streams.append(try await client.stream(HTTPRequest(.get, server.url + "/watch"))) }
            #expect(try await client.send(HTTPRequest(.get, server.url + "/get")).status == 200)
            withExtendedLifetime(streams) {}
        }
    }
}
