import HTTPTransport
import Synchronization
import Testing

@Suite
struct HTTPClientTests {
    private func error(_ body: () async throws -> Void) async -> HTTPTransportError? {
        do {
            try await body()
            return nil
        } catch { return error as? HTTPTransportError }
    }

    @Test
    func `sends method, headers and body, and reads status, headers and body`() async throws {
        try await withServer { exchange in
            let text = "\(exchange.method) \(exchange.target) \(exchange.headers["x-one"] ?? "-") "
            exchange.answer(
                201,
                headers: "X-Answer: yes\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n",
                text + String(decoding: exchange.body, as: UTF8.self) + " \(exchange.headers["content-type"] ?? "-")"
            )
        } _: { server, client in
            for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
                let response = try await client.send(
                    HTTPRequest(
                        method,
                        "\(server.url)/a/b?c=d",
                        headers: ["X-One": "1", "Content-Type": "text/plain"],
                        body: Array("hello".utf8)
                    )
                )
                #expect(response.status == 201)
                #expect(response.headers["x-answer"] == "yes")
                #expect(response.headers.values(of: "set-cookie") == ["a", "b"])
                #expect(String(decoding: response.body, as: UTF8.self) == "\(method) /a/b?c=d 1 hello text/plain")
            }
        }
    }

    @Test
    func `requests without a body carry none, whatever was sent before on the same handle`() async throws {
        try await withServer { exchange in
            let length = exchange.headers["content-length"] ?? "none"
            exchange.answer(
                headers: "X-Seen: \(exchange.method) \(length) \(exchange.headers["content-type"] ?? "-")\r\n",
                exchange.method == "HEAD" ? "" : "x"
            )
        } _: { server, client in
            let cases: [(HTTPRequest.Method, [UInt8]?, String)] = [
                (.post, Array("abc".utf8), "POST 3 -"), (.get, nil, "GET none -"), (.delete, nil, "DELETE none -"),
                (.post, nil, "POST 0 -"), (.head, nil, "HEAD none -"), (.get, nil, "GET none -"),
                (.put, [], "PUT 0 -"), ("OPTIONS", nil, "OPTIONS none -"),
            ]
            for (method, body, expected) in cases {
                let response = try await client.send(HTTPRequest(method, server.url + "/", body: body))
                #expect(response.headers["x-seen"] == expected)
            }
        }
    }

    @Test
    func `reuses one connection for requests that follow each other`() async throws {
        try await withServer {
            $0.answer(200, "ok")
        } _: { server, client in
            for _ in 0..<20 {
                let response = try await client.send(HTTPRequest(.get, server.url))
                #expect(response.body == Array("ok".utf8))
            }
            #expect(server.acceptedConnections == 1)
        }
    }

    @Test
    func `goes on with a fresh connection when the server closed the idle one`() async throws {
        try await withServer { exchange in
            exchange.answer(200, "ok")
            exchange.close()
        } _: { server, client in
            for _ in 0..<5 {
                let response = try await client.send(HTTPRequest(.post, server.url, body: [1, 2]))
                #expect(response.status == 200)
            }
            #expect(server.acceptedConnections == 5)
        }
    }

    @Test
    func `never opens more connections to a host than allowed, and answers everyone`() async throws {
        let configuration = HTTPClient.Configuration(maximumConcurrentRequestsPerHost: 4)
        try await withServer({ $0.answer(200, $0.target) }, client: configuration) { server, client in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let response = try await client.send(HTTPRequest(.get, "\(server.url)/\(index)"))
                        return response.body == Array("/\(index)".utf8)
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(server.acceptedConnections <= 4)
        }
    }

    @Test
    func `a time that runs out is a timeout, while waiting for an answer and while waiting for a turn`() async throws {
        let configuration = HTTPClient.Configuration(maximumConcurrentRequestsPerHost: 1)
        try await withServer({ $0.waitForClose() }, client: configuration) { server, client in
            async let first = error {
                _ = try await client.send(HTTPRequest(.get, server.url, timeout: .milliseconds(120)))
            }
            async let second = error {
                _ = try await client.send(HTTPRequest(.get, server.url, timeout: .milliseconds(60)))
            }
            #expect(await first?.code == .timeout)
            #expect(await second?.code == .timeout)
            #expect(await second?.isRetryable == true)
        }
    }

    @Test(arguments: [true, false])
    func `a longer answer than allowed is refused`(isAnnounced: Bool) async throws {
        try await withServer { exchange in
            if isAnnounced {
                exchange.answer(200, String(repeating: "x", count: 5000))
            } else {
                exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while exchange.chunk(String(repeating: "x", count: 1000)) {}
            }
        } _: { server, client in
            let failure = await error {
                _ = try await client.send(
                    HTTPRequest(.get, server.url + "/big?token=secret", maximumResponseBytes: 4000)
                )
            }
            #expect(failure?.code == .tooLarge)
            #expect(failure?.description == "\(server.url)/big: the answer is longer than the 4000 bytes allowed")
        }
    }

    @Test
    func `cancelling the task ends a running request and closes its connection`() async throws {
        let (closed, close) = AsyncStream.makeStream(of: Void.self)
        let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
        try await withServer { exchange in
            arrive.yield()
            exchange.waitForClose()
            close.yield()
        } _: { server, client in
            let failure = await withTaskGroup(of: HTTPTransportError?.self) { group in
                group.addTask { await self.error { _ = try await client.send(HTTPRequest(.get, server.url)) } }
                for await _ in arrived { break }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(failure?.code == .cancelled)
            for await _ in closed { break }
        }
    }

    @Test
    func `a request of a cancelled task is never sent`() async throws {
        try await withServer {
            $0.answer()
        } _: { server, client in
            let failure = await withTaskGroup(of: HTTPTransportError?.self) { group in
                group.cancelAll()
                group.addTask { await self.error { _ = try await client.send(HTTPRequest(.get, server.url)) } }
                return await group.next() ?? nil
            }
            #expect(failure?.code == .cancelled)
            #expect(server.acceptedConnections == 0)
        }
    }

    @Test
    func `a slow answer is told from a late one`() async throws {
        try await withServer { exchange in
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx")
            exchange.waitForClose()
        } _: { server, client in
            let rate = HTTPRequest.MinimumRate(bytesPerSecond: 1000, during: .seconds(1))
            let failure = await error {
                _ = try await client.send(HTTPRequest(.get, server.url, timeout: .seconds(20), minimumRate: rate))
            }
            #expect(failure?.code == .slow)
        }
    }

    @Test
    func `says what is wrong with an address that nobody listens on`() async throws {
        let server = try LoopbackServer { $0.answer() }
        let url = server.url
        server.stop()
        let client = try HTTPClient()
        let failure = await error { _ = try await client.send(HTTPRequest(.get, "\(url)/path?secret=1")) }
        #expect(failure?.code == .connect)
        #expect(failure?.message.contains("Failed to connect to 127.0.0.1 port") == true)
        #expect(failure?.message.hasSuffix("check that the server runs and can be reached") == true)
        #expect(failure?.url == "\(url)/path")
        await client.shutDown()
    }

    @Test(arguments: [
        ("ftp://127.0.0.1/", HTTPTransportError.Code.invalidRequest), ("http://", .invalidRequest),
        ("http://127.0.0.1/a b", .invalidRequest), ("http://name.invalid/", .resolve),
    ])
    func `a URL that cannot be used is refused`(url: String, code: HTTPTransportError.Code) async throws {
        let client = try HTTPClient(configuration: HTTPClient.Configuration(proxy: .none))
        let failure = await error { _ = try await client.send(HTTPRequest(.get, url)) }
        #expect(failure?.code == code)
        await client.shutDown()
    }

    @Test
    func `a header cannot smuggle in another one`() async throws {
        try await withServer {
            $0.answer()
        } _: { server, client in
            let failure = await error {
                _ = try await client.send(HTTPRequest(.get, server.url, headers: ["X-A": "1\r\nX-B: 2"]))
            }
            #expect(failure?.code == .invalidRequest)
            #expect(server.acceptedConnections == 0)
        }
    }

    @Test(arguments: [
        ("", HTTPTransportError.Code.connectionLost),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .connectionLost),
        ("SSH-2.0-OpenSSH\r\n", .protocol),
    ])
    func `an answer that breaks off or is no HTTP is an error`(
        bytes: String,
        code: HTTPTransportError.Code
    ) async throws {
        try await withServer { exchange in
            exchange.write(bytes)
            exchange.close()
        } _: { server, client in
            let failure = await error { _ = try await client.send(HTTPRequest(.get, server.url)) }
            #expect(failure?.code == code)
        }
    }

    @Test
    func `asks for gzip, decompresses it, and counts the limit after it`() async throws {
        // "hello " a hundred times.
        let compressed: [UInt8] = [
            0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x18,
            0x25, 0x47, 0x49, 0xaa, 0x92, 0x00, 0xf3, 0x31, 0xa2, 0x0d, 0x58, 0x02, 0x00, 0x00,
        ]
        try await withServer { exchange in
            #expect(exchange.headers["accept-encoding"] == "gzip")
            exchange.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(compressed.count)\r\n\r\n")
            exchange.write(compressed)
        } _: { server, client in
            let response = try await client.send(HTTPRequest(.get, server.url))
            #expect(response.body == Array(String(repeating: "hello ", count: 100).utf8))
            let failure = await error {
                _ = try await client.send(HTTPRequest(.get, server.url, maximumResponseBytes: 500))
            }
            #expect(failure?.code == .tooLarge)
        }
    }

    @Test
    func `shutting down fails what is under way and everything after`() async throws {
        let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
        let server = try LoopbackServer { exchange in
            arrive.yield()
            exchange.waitForClose()
        }
        let client = try HTTPClient()
        async let running = error { _ = try await client.send(HTTPRequest(.get, server.url)) }
        for await _ in arrived { break }
        await client.shutDown()
        #expect(await running?.code == .shutDown)
        let later = await error { _ = try await client.send(HTTPRequest(.get, server.url)) }
        #expect(later?.code == .shutDown)
        await client.shutDown()
        server.stop()
    }

    @Test
    func `two clients share one thread, and the first may go before the second`() async throws {
        let server = try LoopbackServer { $0.answer(200, "ok") }
        var first: HTTPClient? = try HTTPClient()
        let second = HTTPClient(
            configuration: HTTPClient.Configuration(userAgent: "second"),
            sharingThreadOf: try #require(first)
        )
        #expect(try await first?.send(HTTPRequest(.get, server.url)).status == 200)
        first = nil
        #expect(try await second.send(HTTPRequest(.get, server.url)).status == 200)
        #expect(server.acceptedConnections == 1)
        await second.shutDown()
        server.stop()
    }

    @Test
    func `requests that are cancelled at any moment leave the others alone`() async throws {
        let configuration = HTTPClient.Configuration(maximumConcurrentRequestsPerHost: 3)
        try await withServer({ $0.answer(200, $0.target) }, client: configuration) { server, client in
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<300 {
                    group.addTask {
                        if index % 3 == 0 {
                            await withTaskGroup(of: Void.self) { inner in
                                inner.addTask {
                                    _ = await self.error {
                                        _ = try await client.send(HTTPRequest(.get, "\(server.url)/c"))
                                    }
                                }
                                for _ in 0..<(index % 7) { await Task.yield() }
                                inner.cancelAll()
                            }
                        } else {
                            let failure = await self.error {
                                let response = try await client.send(HTTPRequest(.get, "\(server.url)/\(index)"))
                                #expect(response.body == Array("/\(index)".utf8))
                            }
                            #expect(failure == nil)
                        }
                    }
                }
            }
        }
    }
}
