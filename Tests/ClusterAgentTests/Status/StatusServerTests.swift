import AgentWorldSupport
import Concurrency
import Glibc
import HTTPTransport
import Testing

@testable import ClusterAgent

@Suite struct StatusServerTests {
    /// Runs a server on a free port of the loopback address as long as `body` runs.
    private func with(
        patience: Duration = .seconds(10),
        isAlive: @escaping @Sendable () -> StatusAnswer = { .ok },
        answer: @escaping @Sendable (String) async -> StatusAnswer?,
        _ body: @escaping @Sendable (UInt16) async throws -> Void
    ) async throws {
        let address = ListenAddress(host: "127.0.0.1", port: 0)
        let server = try StatusServer(address, patience: patience, isAlive: isAlive)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run(answer) }
            defer { group.cancelAll() }
            try await body(server.port)
        }
    }

    @Test("it serves its paths, several at once, and nothing else") func paths() async throws {
        let long = StatusAnswer(status: 200, body: String(repeating: "x", count: 300_000))
        try await with(answer: { $0 == "/metrics" ? long : nil }) { port in
            let http = try HTTPClient()
            let results = try await withThrowingTaskGroup(of: (String, Int, Int).self) { group in
                for path in ["/metrics", "/livez", "/metrics?x=1", "/secret", "/metrics"] {
                    group.addTask {
                        let answer = try await http.send(HTTPRequest(.get, "http://127.0.0.1:\(port)\(path)"))
                        return (path, answer.status, answer.body.count)
                    }
                }
                var results: [(String, Int, Int)] = []
                for try await result in group { results.append(result) }
                return results
            }
            #expect(results.filter { $0.0.hasPrefix("/metrics") }.allSatisfy { $0.1 == 200 && $0.2 == 300_000 })
            #expect(results.contains { $0.0 == "/livez" && $0.1 == 200 && $0.2 == 3 })
            #expect(results.contains { $0.0 == "/secret" && $0.1 == 404 })
            await http.shutDown()
        }
    }

    @Test("liveness is answered although everything else is stuck") func stuck() async throws {
        let never = Signal()
        @Sendable func wait(_ path: String) async -> StatusAnswer? {
            _ = await never.wait(after: 0)
            return .ok
        }
        try await with(answer: wait) { port in
            let waiting = RawClient(port)
            waiting.send("GET /metrics HTTP/1.1\r\n\r\n")
            let http = try HTTPClient()
            let answer = try await http.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/livez"))
            #expect(answer.status == 200)
            await http.shutDown()
        }
    }

    @Test(
        "what is no request is refused",
        arguments: [
            ("POST /metrics HTTP/1.1\r\n\r\n", 405), ("nonsense\r\n\r\n", 400), ("GET / HTTP/2\r\n\r\n", 400),
            ("GET /\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\n\r\n", 431),
            ("HEAD /livez HTTP/1.1\r\n\r\n", 200),
        ] as [(String, Int)]
    ) func refused(request: String, status: Int) async throws {
        try await with(answer: { _ in nil }) { port in
            let client = RawClient(port)
            client.send(request)
            #expect(client.readToEnd().hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("clients that say nothing are let go of, however many there are") func silent() async throws {
        try await with(patience: .milliseconds(200), answer: { _ in nil }) { port in
            let silent = (0..<StatusLoop.maximumConnections + 4).map { _ in RawClient(port) }
            let client = RawClient(port)
            client.send("GET /livez HTTP/1.1\r\n\r\n")
            #expect(client.readToEnd().hasPrefix("HTTP/1.1 200 "))
            #expect(silent.allSatisfy { $0.readToEnd().isEmpty })
        }
    }

    @Test("an address that is taken is named with the next step") func taken() throws {
        let server = try StatusServer(ListenAddress(host: "127.0.0.1", port: 0)) { .ok }
        let error = #expect(throws: AgentError.self) {
            _ = try StatusServer(ListenAddress(host: "127.0.0.1", port: server.port)) { .ok }
        }
        #expect(error?.description.contains("127.0.0.1:\(server.port)") == true)
        #expect(error?.description.contains("--listen") == true)
    }
}

@Suite struct AgentPulseTests {
    @Test("a process is alive as long as both parts get on") func pulse() {
        let time = ManualInstant()
        let pulse = AgentPulse { time.now }
        #expect(pulse.stuck == nil)
        pulse.beat(.following)
        time.advance(.seconds(100))
        pulse.beat(.passing)
        time.advance(AgentPulse.limit - .seconds(50))
        #expect(pulse.stuck == .following)
        #expect(pulse.liveness.status == 503)
        pulse.beat(.following, longer: .seconds(3_600))
        #expect(pulse.stuck == nil)
        time.advance(.seconds(60))
        #expect(pulse.stuck == .passing)
    }
}
