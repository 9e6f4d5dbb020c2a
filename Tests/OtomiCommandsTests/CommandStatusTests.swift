import HTTPTransport
import HubAPI
import Testing

@testable import OtomiCommands

@Suite struct CommandStatusTests {
    @Test(
        "each kind of refusal has its exit code and one line",
        arguments: [
            (ProblemKind.unauthenticated, CommandStatus.notAllowed), (.forbidden, .notAllowed), (.notFound, .notFound),
            (.conflict, .conflict), (.invalid, .invalid), (.unavailable, .unavailable), (.internalError, .failure),
        ]
    )
    func problems(_ kind: ProblemKind, _ status: CommandStatus) async {
        let hub = FakeHub(["GET /api/v1/status": [.problem(Problem(kind, detail: "what failed"))]])
        let outcome = await otomi("status", hub: hub)
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.hasPrefix("otomi: what failed"))
        #expect(outcome.error.split(separator: "\n").count == 1)
    }

    @Test(
        "each failure of the network has its exit code and one line",
        arguments: [
            (HTTPTransportError.Code.connect, CommandStatus.unavailable), (.resolve, .unavailable),
            (.tls, .unavailable),
            (.timeout, .timeout), (.cancelled, .interrupted), (.invalidRequest, .usage),
        ]
    )
    func network(_ code: HTTPTransportError.Code, _ status: CommandStatus) async {
        let hub = FakeHub(["GET /api/v1/status": [.failure(code)]])
        let outcome = await otomi("status", hub: hub)
        #expect(outcome.status == status)
        #expect(outcome.error.split(separator: "\n").count == 1)
    }

    @Test("the numbers that scripts rely on never change")
    func numbers() {
        #expect(CommandStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 130])
    }
}
