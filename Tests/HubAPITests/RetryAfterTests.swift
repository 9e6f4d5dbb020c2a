import HTTPTransport
import HubAPI
import Synchronization
import Testing

/// A hub that asks for patience.
@Suite struct RetryAfterTests {
    private final class Script: Sendable {
        let asked = Mutex(0)
        let waits = Mutex<[Duration]>([])

        func client(_ answers: [HTTPResponse]) throws -> HubClient {
            var client = try HubClient(url: "http://hub.test", token: nil) { [self] (_) throws(HTTPTransportError) in
                let number = asked.withLock { asked in
                    asked += 1
                    return asked
                }
                return answers[min(number, answers.count) - 1]
            }
            client.sleep = { [self] wait in waits.withLock { $0.append(wait) } }
            return client
        }
    }

    private static func busy(_ seconds: String?, status: Int = 503) -> HTTPResponse {
        HTTPResponse(status: status, headers: seconds.map { ["Retry-After": $0] } ?? [:])
    }

    private static let good = HTTPResponse(status: 204)

    @Test func `a question is asked again when the hub says, a few times at most`() async throws {
        let script = Script()
        let clusters = HTTPResponse(status: 200, body: Array("{\"items\":[]}".utf8))
        let client = try script.client([Self.busy("2"), Self.busy("3", status: 429), clusters])
        #expect(try await client.clusters().isEmpty)
        #expect(script.waits.withLock { $0 } == [.seconds(2), .seconds(3)])
        let patient = Script()
        let busy = try patient.client([Self.busy("1")])
        await #expect(throws: HubClientError.self) { try await busy.clusters() }
        #expect(patient.asked.withLock { $0 } == 3)
    }

    @Test(arguments: ["3600", "-1", "soon", nil])
    func `what asks for too much, or says nothing, fails at once`(_ seconds: String?) async throws {
        let script = Script()
        let client = try script.client([Self.busy(seconds)])
        let error = await #expect(throws: HubClientError.self) { try await client.clusters() }
        #expect(error?.code == .unavailable)
        #expect(script.asked.withLock { $0 } == 1)
    }

    @Test func `what may have been done in part is not sent twice, and what was not let in is`() async throws {
        let script = Script()
        let client = try script.client([Self.busy("1")])
        await #expect(throws: HubClientError.self) { try await client.removeCluster("demo") }
        #expect(script.asked.withLock { $0 } == 1)
        let limited = Script()
        let later = try limited.client([Self.busy("1", status: 429), Self.good])
        try await later.removeCluster("demo")
        #expect(limited.asked.withLock { $0 } == 2)
    }
}
