import JSON
import Testing
import Values

@testable import HubAPI

@Suite struct ProblemTests {
    @Test("the URI of a kind never changes")
    func uris() {
        #expect(ProblemKind.conflict.uri == "https://otomi.io/problems/conflict")
        #expect(ProblemKind.invalid.uri == "https://otomi.io/problems/invalid-values")
        for kind in ProblemKind.allCases { #expect(ProblemKind(uri: kind.uri) == kind) }
        #expect(ProblemKind(uri: "about:blank") == nil)
    }

    @Test("a problem reads back with its faults and conflicts")
    func roundTrip() throws {
        let document = DocumentID(kind: .service, team: "demo", name: "hello")
        let problem = Problem(
            .invalid,
            detail: "one fault",
            hint: "correct it",
            errors: [
                Fault(document: document, file: "a.yaml", pointer: JSONPointer(["port"]), message: "a port", hint: "80")
            ],
            conflicts: [
                DocumentConflict(document: document, yours: ["port": 1], theirs: nil, revision: 4, author: "ann")
            ]
        )
        #expect(try Problem(json: problem.json) == problem)
        #expect(problem.json["status"] == 422)
        #expect(problem.json["errors"]?[0]?["detail"] == "a port")
    }

    @Test("a problem of another vocabulary is understood as far as it goes")
    func foreign() throws {
        let problem = try Problem(json: ["title": "Bad Gateway", "status": 502])
        #expect(problem.kind == nil)
        #expect(problem.title == "Bad Gateway")
        #expect(HubClientError(problem, status: 502, action: "asking").code == .unavailable)
    }
}
