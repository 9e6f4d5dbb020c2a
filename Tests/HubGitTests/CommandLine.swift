import HTTPTransport
import HTTPTypes
import HubAPI
import HubTestSupport
import OtomiCommands
import Synchronization

/// The command `otomi` of somebody who works with a hub of a test.
struct CommandLine: Sendable {
    let caller: HubCaller

    /// What one run left behind.
    struct Outcome: Sendable {
        let status: CommandStatus
        let output: String
        let error: String
    }

    private final class Recording: Sendable {
        let output = Mutex("")
        let error = Mutex("")
    }

    func run(_ arguments: String...) async -> Outcome {
        let recording = Recording()
        let terminal = Terminal(
            write: { text in recording.output.withLock { $0 += text } },
            writeError: { text in recording.error.withLock { $0 += text } }
        )
        let caller = caller
        let session = Session(
            terminal: terminal,
            environment: ["OTOMI_HUB": "http://hub.test", "OTOMI_TOKEN": caller.token ?? ""],
            time: TimeSource(elapsed: { .zero }, sleep: { _ in }, unixSeconds: { 1_795_348_800 }),
            connect: { url, token, _, _ in
                try HubClient(url: url, token: token) { (request) async throws(HTTPTransportError) in
                    do { return try await Self.answer(request, caller) } catch {
                        throw HTTPTransportError(.other, "\(error)", url: request.url)
                    }
                }
            }
        )
        let status = await OtomiCommand.run(arguments, in: session)
        return Outcome(
            status: status,
            output: recording.output.withLock(\.self),
            error: recording.error.withLock(\.self)
        )
    }

    private static func answer(
        _ request: HTTPTransport.HTTPRequest,
        _ caller: HubCaller
    ) async throws -> HTTPTransport.HTTPResponse {
        let path = request.url.replacing("http://hub.test", with: "")
        let method = HTTPTypes.HTTPRequest.Method(request.method.rawValue) ?? .get
        let answer = try await caller.send(method, path, body: request.body)
        return HTTPTransport.HTTPResponse(
            status: answer.status,
            headers: ["Content-Type": answer.headers[.contentType] ?? ""],
            body: answer.bytes
        )
    }
}
