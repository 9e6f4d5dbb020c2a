import HTTPTransport
import HubAPI
import JSON
import OtomiCommands
import Synchronization

/// A hub of scripted answers, by method and path; the last answer of a route repeats.
final class FakeHub: Sendable {
    struct Answer: Sendable {
        var status = 200
        var json: JSONValue = [:]
        var isProblem = false
        /// Other bytes than those of `json`.
        var bytes: [UInt8]?
        var failure: HTTPTransportError.Code?

        static func json(_ json: JSONValue) -> Answer { Answer(json: json) }
        static func problem(_ problem: Problem) -> Answer {
            Answer(status: problem.status, json: problem.json, isProblem: true)
        }
        static func failure(_ code: HTTPTransportError.Code) -> Answer { Answer(failure: code) }
    }

    struct Request: Sendable, Equatable {
        // Like `GET /api/v1/clusters?after=x`.
        let line: String
        let body: JSONValue?
        let authorization: String?
    }

    private struct State {
        var answers: [String: [Answer]]
        var requests: [Request] = []
    }

    private let state: Mutex<State>

    init(_ answers: [String: [Answer]] = [:]) { state = Mutex(State(answers: answers)) }

    var requests: [Request] { state.withLock(\.requests) }

    func answer(_ request: HTTPRequest) throws(HTTPTransportError) -> HTTPResponse {
        let path = request.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true).last ?? ""
        let line = "\(request.method) /\(path)"
        let route = String(line.prefix { $0 != "?" })
        let answer = state.withLock { state in
            state.requests.append(
                Request(
                    line: line,
                    body: request.body.flatMap { try? JSONValue(parsing: $0) },
                    authorization: request.headers["Authorization"]
                )
            )
            for key in [line, route] {
                guard var answers = state.answers[key], let first = answers.first else { continue }
                if answers.count > 1 {
                    answers.removeFirst()
                    state.answers[key] = answers
                }
                return first
            }
            return .problem(Problem(.notFound, detail: "no script for \(line)"))
        }
        if let failure = answer.failure { throw HTTPTransportError(failure, "scripted", url: request.url) }
        return HTTPResponse(
            status: answer.status,
            headers: ["Content-Type": answer.isProblem ? Problem.mediaType : "application/json"],
            body: answer.bytes ?? answer.json.serialized()
        )
    }
}
