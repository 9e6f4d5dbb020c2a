import JSON
import Testing

@testable import Values

@Suite("Documents")
struct DocumentTests {
    @Test(
        "have one JSON form",
        arguments: [
            Document(id: DocumentID(kind: .service, team: "demo", name: "hello"), spec: ["port": 80]),
            Document(id: DocumentID(kind: .cluster, scope: .cluster("a"), name: "a"), spec: [:]),
            Document(id: DocumentID(kind: .settings, scope: .group("eu"), name: "dns"), spec: ["zones": []]),
        ]
    )
    func roundTrip(_ document: Document) throws {
        #expect(try Document(json: document.json) == document)
    }

    @Test("leave out what is usual")
    func leaveOutTheUsual() throws {
        let document = try Document(json: ["kind": "Team", "team": "demo", "name": "demo"])
        #expect(document.json == ["kind": "Team", "name": "demo", "spec": [:]])
        #expect(document.id.owningTeam == "demo")
    }

    @Test(
        "refuse a form that is not theirs",
        arguments: [
            ["kind": "Servce", "name": "a"], ["kind": "Service"], ["kind": "App", "name": "a", "scope": "cluster"],
            ["kind": "App", "name": "a", "scope": "cluster/A B"], ["kind": "App", "name": "a", "spec": []],
            ["kind": "App", "name": "a", "sepc": [:]],
        ] as [JSONValue]
    )
    func refuse(_ json: JSONValue) {
        #expect(throws: JSONError.self) { try Document(json: json) }
    }

    @Test("are sorted by kind, scope, team and name")
    func sort() {
        let ids = [
            DocumentID(kind: .team, name: "a"), DocumentID(kind: .cluster, scope: .cluster("z"), name: "z"),
            DocumentID(kind: .service, team: "b", name: "a"), DocumentID(kind: .service, team: "a", name: "b"),
            DocumentID(kind: .app, scope: .group("x"), name: "a"), DocumentID(kind: .app, name: "b"),
        ]
        #expect(
            ids.sorted().map(\.description) == [
                "Cluster z at cluster/z", "App b", "App a at group/x", "Team a", "Service a/b", "Service b/a",
            ]
        )
    }

    @Test("know their scopes by name", arguments: ["platform", "group/eu-west", "cluster/demo"])
    func readScopes(_ text: String) throws {
        let scope = try #require(Scope(text))
        #expect(scope.description == text)
        #expect(try Scope(json: scope.json) == scope)
    }

    @Test("refuse other scopes", arguments: ["", "Platform", "group", "group/", "cluster/a/b", "team/a", "cluster/-a"])
    func refuseScopes(_ text: String) {
        #expect(Scope(text) == nil)
    }

    @Test("know their kinds, loosely on a command line")
    func readKinds() {
        #expect(Kind(loosely: "services") == .service)
        #expect(Kind(loosely: "POLICIES") == .policy)
        #expect(Kind(loosely: "settings") == .settings)
        #expect(Kind(loosely: "pod") == nil)
    }

    @Test("describe faults in one line")
    func describeFaults() {
        let fault = Fault(
            file: "a.yaml",
            pointer: JSONPointer(["spec", "port"]),
            message: "an integer is expected",
            hint: "remove the quotes"
        )
        #expect(fault.description == "a.yaml /spec/port: an integer is expected (remove the quotes)")
    }
}
