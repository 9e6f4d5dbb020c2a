import HTTPTransport
import JSON
import Synchronization
import Testing
import Values

@testable import HubAPI

@Suite struct HubClientTests {
    /// Answers each request with what a closure says, and keeps the requests.
    private final class Script: Sendable {
        typealias Answer = @Sendable (HTTPRequest, _ count: Int) -> Result<HTTPResponse, HTTPTransportError>
        private let seen = Mutex<[HTTPRequest]>([])
        private let answer: Answer

        init(_ answer: @escaping Answer) { self.answer = answer }

        var requests: [HTTPRequest] { seen.withLock(\.self) }

        func client(_ url: String = "http://hub.test:8080/", token: String? = "secret") throws -> HubClient {
            try HubClient(url: url, token: token) { (request) async throws(HTTPTransportError) in
                let count = self.seen.withLock { seen in
                    seen.append(request)
                    return seen.count
                }
                return try self.answer(request, count).get()
            }
        }
    }

    private static func json(_ value: JSONValue, status: Int = 200) -> Result<HTTPResponse, HTTPTransportError> {
        .success(HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: value.serialized()))
    }

    private static func problem(_ problem: Problem) -> Result<HTTPResponse, HTTPTransportError> {
        .success(
            HTTPResponse(
                status: problem.status,
                headers: ["content-type": "\(Problem.mediaType); charset=utf-8"],
                body: problem.json.serialized()
            )
        )
    }

    @Test("a request carries the token, the address without a trailing slash, and its JSON")
    func request() async throws {
        let script = Script { _, _ in Self.json(["revision": 2, "changed": [], "unchanged": 1, "created": false]) }
        let result = try await script.client().commit(CommitRequest(message: "why"))
        #expect(result.revision == 2)
        let request = try #require(script.requests.first)
        #expect(request.url == "http://hub.test:8080/api/v1/commits")
        #expect(request.method == .post)
        #expect(request.headers["Authorization"] == "Bearer secret")
        #expect(request.body.map { String(decoding: $0, as: UTF8.self) } == #"{"message":"why"}"#)
    }

    @Test("an address without scheme or host is refused", arguments: ["", "hub.test", "https://", "ftp://hub"])
    func address(_ url: String) {
        #expect(throws: HubClientError.self) { try Script { _, _ in Self.json([:]) }.client(url) }
    }

    @Test(
        "each kind of problem becomes its code",
        arguments: [
            (ProblemKind.unauthenticated, HubClientError.Code.unauthenticated), (.forbidden, .forbidden),
            (.notFound, .notFound), (.conflict, .conflict), (.alreadyExists, .conflict), (.invalid, .invalid),
            (.unavailable, .unavailable), (.tooManyRequests, .unavailable), (.internalError, .unexpected),
        ]
    )
    func codes(_ kind: ProblemKind, _ code: HubClientError.Code) async throws {
        let script = Script { _, _ in Self.problem(Problem(kind, detail: "what failed", hint: "do that")) }
        let error = await #expect(throws: HubClientError.self) { try await script.client().cluster("eu") }
        #expect(error?.code == code)
        #expect(error?.message == "what failed. do that")
    }

    @Test(
        "each failure of the network becomes one line that names the address",
        arguments: [
            (HTTPTransportError.Code.connect, HubClientError.Code.unreachable(url: "http://hub.test:8080")),
            (.resolve, .unreachable(url: "http://hub.test:8080")), (.tls, .unreachable(url: "http://hub.test:8080")),
            (.connectionLost, .unreachable(url: "http://hub.test:8080")), (.timeout, .timeout),
            (.cancelled, .cancelled),
        ]
    )
    func network(_ failure: HTTPTransportError.Code, _ code: HubClientError.Code) async throws {
        let script = Script { request, _ in .failure(HTTPTransportError(failure, "words", url: request.url)) }
        let error = await #expect(throws: HubClientError.self) { try await script.client().status() }
        #expect(error?.code == code)
        #expect(error?.message.contains("http://hub.test:8080") == true)
        #expect(error?.message.contains("\n") == false)
    }

    @Test("an answer that is no hub's says so")
    func stranger() async throws {
        let page = HTTPResponse(status: 404, headers: ["Content-Type": "text/html"], body: Array("<html>".utf8))
        let script = Script { _, count in
            count == 1 ? .success(page) : .success(HTTPResponse(status: 200, body: page.body))
        }
        for _ in 0..<2 {
            let error = await #expect(throws: HubClientError.self) { try await script.client().status() }
            #expect(error?.code == .unexpected)
            #expect(error?.message.contains("--hub") == true)
        }
    }

    @Test("a list is read page after page")
    func pages() async throws {
        let script = Script { _, count in
            let items: JSONValue = [["name": "c\(count)", "provider": "aws", "state": "inSync"]]
            return Self.json(count < 3 ? ["items": items, "next": "c\(count)"] : ["items": items])
        }
        let clusters = try await script.client().clusters()
        #expect(clusters.map(\.name) == ["c1", "c2", "c3"])
        #expect(script.requests.map(\.url).last == "http://hub.test:8080/api/v1/clusters?after=c2")
    }

    @Test("a cursor that does not move ends a list")
    func stuckCursor() async throws {
        let script = Script { _, _ in
            Self.json(["items": [["name": "c", "provider": "aws", "state": "inSync"]], "next": "c"])
        }
        #expect(try await script.client().clusters().count == 2)
    }

    @Test("a history stops at its limit")
    func history() async throws {
        let script = Script { _, count in
            let first = 100 - (count - 1) * 2
            let items: [JSONValue] = [first, first - 1].map {
                ["number": .integer(Int64($0)), "author": "a", "time": "t", "message": "m"]
            }
            return Self.json(["items": .array(items), "next": .string(String(first - 1))])
        }
        let revisions = try await script.client().revisions(limit: 3)
        #expect(revisions.map(\.number) == [100, 99, 98])
        #expect(script.requests.last?.url.hasSuffix("?before=99&limit=1") == true)
    }

    @Test("a long poll gets its wait on top of the timeout, and 304 means no news")
    func longPoll() async throws {
        let script = Script { _, _ in .success(HTTPResponse(status: 304)) }
        let client = try script.client()
        #expect(try await client.status(after: "v 1", wait: .seconds(20)) == nil)
        let request = try #require(script.requests.first)
        #expect(request.url.hasSuffix("/api/v1/status?after=v%201&wait=20"))
        #expect(request.timeout == client.timeout + .seconds(20))
    }

    @Test("faults and conflicts come through with the error")
    func faults() async throws {
        let fault = Fault(
            document: DocumentID(kind: .team, name: "demo"),
            pointer: JSONPointer(["a"]),
            message: "a number"
        )
        let script = Script { _, _ in Self.problem(Problem(.invalid, detail: "one fault", errors: [fault])) }
        let error = await #expect(throws: HubClientError.self) {
            try await script.client().commit(CommitRequest(message: "m"))
        }
        #expect(error?.problem?.errors == [fault])
    }
}
