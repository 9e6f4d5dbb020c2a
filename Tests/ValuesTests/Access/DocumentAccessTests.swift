import JSON
import Testing

@testable import Values

/// Which fields of its documents a team may change, by role and flag.
@Suite struct DocumentAccessTests {
    private static let team = DocumentID(kind: .team, name: "demo")
    private static let service = DocumentID(kind: .service, team: "demo", name: "hello")

    private func faults(
        _ role: Role,
        _ flags: Set<SelfService.Flag> = [],
        _ id: DocumentID,
        from before: JSONValue?,
        to after: JSONValue?
    ) -> [Fault] {
        DocumentAccess(role: role, kind: id.kind, selfService: SelfService(flags: flags))
            .faults(changing: before, to: after, of: id)
    }

    @Test(arguments: FieldRule.all) func `a field is open with its flag only`(rule: FieldRule) throws {
        let id = rule.kind == .team ? Self.team : Self.service
        var after: JSONValue = [:]
        let value: JSONValue = rule.field.tokens == ["exposure"] ? ["type": "public"] : ["changed": true]
        try after.set(value, at: rule.field)
        let refused = faults(
            .teamAdmin,
            Set(SelfService.Flag.allCases).subtracting([rule.flag]),
            id,
            from: [:],
            to: after
        )
        #expect(refused.map(\.pointer) == [rule.field])
        #expect(refused.first?.message.contains(rule.flag.rawValue) == true)
        #expect(refused.first?.hint?.contains("platform admin") == true)
        #expect(faults(.teamAdmin, [rule.flag], id, from: [:], to: after).isEmpty)
    }

    @Test func `what only the platform decides is closed whatever the flags`() {
        let all = Set(SelfService.Flag.allCases)
        for field in ["selfService", "placement", "limitRange", "policies", "password"] {
            let found = faults(.teamAdmin, all, Self.team, from: [:], to: .object([field: ["x": 1]]))
            #expect(found.map(\.pointer) == [JSONPointer([field])])
        }
    }

    @Test func `a team comes and goes by platform admins`() {
        #expect(!faults(.teamAdmin, [], Self.team, from: nil, to: [:]).isEmpty)
        #expect(!faults(.teamAdmin, [], Self.team, from: [:], to: nil).isEmpty)
        #expect(faults(.platformAdmin, [], Self.team, from: nil, to: ["password": "x"]).isEmpty)
    }

    @Test func `members change services and not the team`() {
        let flags = Set(SelfService.Flag.allCases)
        #expect(faults(.teamMember, flags, Self.service, from: nil, to: ["port": 80]).isEmpty)
        #expect(faults(.teamMember, flags, Self.service, from: ["port": 80], to: nil).isEmpty)
        let found = faults(.teamMember, flags, Self.team, from: [:], to: ["alerts": ["groupInterval": "1m"]])
        #expect(found.first?.message == "only an admin of the team changes this")
    }

    @Test func `what stays as it is and what is the default is no change`() {
        let closed: JSONValue = ["exposure": ["type": "public"], "port": 80]
        #expect(faults(.teamMember, [], Self.service, from: closed, to: closed.merging(["port": 81])).isEmpty)
        #expect(
            !faults(.teamMember, [], Self.service, from: closed, to: ["port": 80]).isEmpty,
            "taking it out is a change"
        )
        let quota: JSONValue = ["resourceQuota": ["pods": "50", "services.loadbalancers": "0"]]
        #expect(faults(.teamAdmin, [], Self.team, from: [:], to: quota).isEmpty)
    }

    @Test func `a layer above is measured by what it says`() {
        let overlay = Self.service.at(.cluster("paris"))
        #expect(faults(.teamMember, [], overlay, from: nil, to: ["port": 81]).isEmpty)
        #expect(!faults(.teamMember, [], overlay, from: nil, to: ["exposure": ["type": "public"]]).isEmpty)
        #expect(!faults(.teamMember, [], overlay, from: ["exposure": ["type": "public"]], to: nil).isEmpty)
    }

    @Test func `flags are the documents with the schemas' defaults`() {
        #expect(
            SelfService(of: Document(id: Self.team, spec: [:])).flags == [
                .serviceIngress, .serviceNetworkPolicy, .teamAlerts,
            ]
        )
        let spec: JSONValue = ["selfService": ["service": [], "team": ["oidc"], "apps": ["gitea"]]]
        #expect(SelfService(of: Document(id: Self.team, spec: spec)).flags == [.teamOIDC, .appsGitea])
    }
}
