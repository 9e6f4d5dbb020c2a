import JSON
import Testing
import Values

@testable import HubAPI

@Suite struct PlanTests {
    private let team = Document(id: DocumentID(kind: .team, name: "demo"), spec: [:])

    @Test func `a request says one thing to plan, and reads back as it was sent`() throws {
        let requests = [
            PlanRequest(.draft("next"), clusters: ["paris"], onClusters: true),
            PlanRequest(.revision("7"), base: "before", group: "eu"),
            PlanRequest(.changes(put: [team], delete: [team.id]), selector: ["tier": "prod"], details: true),
        ]
        for request in requests { #expect(try PlanRequest(json: request.json) == request) }
        #expect(try PlanRequest(json: ["revision": 7]).subject == .revision("7"))
        #expect(throws: JSONError.self) { try PlanRequest(json: [:]) }
        #expect(throws: JSONError.self) { try PlanRequest(json: ["draft": "a", "revision": 1]) }
    }

    @Test func `a plan reads back as it was sent`() throws {
        var plan = Plan(
            latest: 7,
            counts: Plan.Counts(added: 1, changed: 2, replaced: 3, removed: 4),
            clusters: 9,
            changedClusters: 3,
            groups: [
                PlanGroup(
                    clusters: ["paris"],
                    objects: [
                        PlannedObject(
                            .removed,
                            apiVersion: "v1",
                            kind: "Secret",
                            namespace: "team-demo",
                            name: "login",
                            layer: "team/demo",
                            fields: [JSONDifference(pointer: JSONPointer(["a"]), before: nil, after: .null)],
                            stays: true
                        )
                    ],
                    dangers: [PlanDanger(kind: "secret", object: "Secret team-demo/login", message: "goes")],
                    faults: [Fault(message: "is wrong")],
                    blocked: true
                )
            ],
            truncated: true
        )
        #expect(try Plan(json: plan.json) == plan)
        plan.id = "a1"
        plan.trials = [
            PlanTrial(
                cluster: "paris",
                state: .done,
                objects: [
                    TriedObject(
                        kind: "Pod",
                        name: "p",
                        outcome: .conflict,
                        message: "no",
                        managers: [TriedObject.Manager(name: "kubectl", field: ".spec")]
                    )
                ],
                omitted: 2
            )
        ]
        #expect(try Plan(json: plan.json) == plan)
        #expect(plan.json["dangerous"] == true)
    }
}
