import HubAPI
import JSON
import Testing

@testable import OtomiCommands

@Suite struct AuditCommandTests {
    @Test("entries are listed page after page, with who did it and from where")
    func list() async {
        let event = AuditEvent(
            sequence: 7,
            time: "2026-01-02T03:04:05Z",
            actorKind: "person",
            actor: "alice",
            address: "192.0.2.7",
            action: "commitDocuments",
            object: "Service demo/web",
            detail: "404",
            outcome: "refused",
            hash: "ab"
        )
        var earlier = event
        earlier.sequence = 6
        let hub = FakeHub([
            "GET /api/v1/audit?actor=alice&limit=50": [.json(Page(items: [event], next: "7").json)],
            "GET /api/v1/audit?actor=alice&before=7&limit=49": [.json(Page(items: [earlier]).json)],
        ])
        let outcome = await otomi("audit", "list", "--actor", "alice", hub: hub)
        #expect(
            outcome.output == """
                ENTRY  TIME                  WHO    FROM       ACTION           OBJECT            OUTCOME  DETAIL
                7      2026-01-02T03:04:05Z  alice  192.0.2.7  commitDocuments  Service demo/web  refused  404
                6      2026-01-02T03:04:05Z  alice  192.0.2.7  commitDocuments  Service demo/web  refused  404

                """
        )
    }

    @Test("a verification goes on where the step before ended, and fails with the first entry that is wrong")
    func verify() async {
        let first = AuditCheck(verified: 20_000, sequence: 20_000, hash: "ab", isComplete: false)
        let whole = AuditCheck(verified: 5, sequence: 20_005, hash: "cd", isComplete: true)
        let broken = AuditCheck(
            verified: 4,
            sequence: 20_004,
            hash: "cd",
            isComplete: false,
            brokenAt: 20_005,
            message: "its content is not what was written"
        )
        for last in [whole, broken] {
            let hub = FakeHub([
                "GET /api/v1/audit/verification": [.json(first.json)],
                "GET /api/v1/audit/verification?after=20000&hash=ab": [.json(last.json)],
            ])
            let outcome = await otomi("audit", "verify", hub: hub)
            #expect(outcome.status == (last == whole ? .success : .failure))
            let text = last == whole ? outcome.output : outcome.error
            #expect(text.contains(last == whole ? "20005 entries are whole" : "entry 20005: its content is not"))
        }
    }

    @Test("a verification that comes no further before the end of the log is a failure")
    func stuck() async {
        let first = AuditCheck(verified: 20_000, sequence: 20_000, hash: "ab", isComplete: false)
        let stuck = AuditCheck(verified: 0, sequence: 20_000, hash: "ab", isComplete: false)
        let hub = FakeHub([
            "GET /api/v1/audit/verification": [.json(first.json)],
            "GET /api/v1/audit/verification?after=20000&hash=ab": [.json(stuck.json)],
        ])
        let outcome = await otomi("audit", "verify", hub: hub)
        #expect(outcome.status == .failure)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains("was not verified to its end: the hub came no further than entry 20000"))
    }

    @Test("permissions name the fields that are closed, and the flag that would open them")
    func permissions() async {
        let permissions = Permissions(
            name: "lead",
            roles: [.init(name: "teamAdmin", team: "demo")],
            actions: ["addCluster": "refused", "readDocuments": "part"],
            documents: [
                .init(
                    team: "demo",
                    kind: "Team",
                    mayCreateAndDelete: false,
                    fields: ["alerts": true, "oidc": false, "placement": false],
                    flags: ["oidc": "team/oidc"]
                )
            ]
        )
        let outcome = await otomi(
            "permissions",
            hub: FakeHub(["GET /api/v1/permissions": [.json(permissions.json)]])
        )
        #expect(
            outcome.output == """
                lead: teamAdmin of demo
                ACTION         REACH
                addCluster     refused
                readDocuments  part
                Team of demo, not yours to change: oidc (flag team/oidc), placement

                """
        )
    }
}
