import JSON
import Testing
import Values

@testable import Platform

@Suite struct FaultTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let service: JSONValue
        let name: String
        let pointer: String?
        let severity: Fault.Severity

        init(
            _ testDescription: String,
            _ service: JSONValue,
            name: String = "web",
            at pointer: String?,
            _ severity: Fault.Severity = .error
        ) {
            self.testDescription = testDescription
            self.service = service
            self.name = name
            self.pointer = pointer
            self.severity = severity
        }
    }

    // `<name>.team-demo.demo.example.org` has 27 bytes beside the name: 64 in all at 37.
    @Test(arguments: [
        Case(
            "default host of 64 bytes",
            ["exposure": ["type": "public"]],
            name: String(repeating: "a", count: 37),
            at: nil
        ),
        Case(
            "default host of 65 bytes",
            ["exposure": ["type": "public"]],
            name: String(repeating: "a", count: 38),
            at: ""
        ),
        Case("no host, no limit", ["exposure": ["type": "cluster"]], name: String(repeating: "a", count: 63), at: nil),
        Case("name of 64 bytes", [:], name: String(repeating: "a", count: 64), at: ""),
        Case("name with a dot", [:], name: "a.b", at: ""),
        Case(
            "domain of 65 bytes",
            ["exposure": ["domain": .string(String(repeating: "a", count: 53) + ".example.org")]],
            at: "/exposure/domain"
        ),
        Case("domain that is none", ["exposure": ["domain": "a_b.example"]], at: "/exposure/domain"),
        Case("host of the platform", ["exposure": ["domain": "keycloak.demo.example.org"]], at: "/exposure/domain"),
        Case("the domain itself", ["exposure": ["domain": "demo.example.org"]], at: "/exposure/domain"),
        Case("host of another team", ["exposure": ["domain": "a.team-b.demo.example.org"]], at: "/exposure/domain"),
        Case("host of its own team", ["exposure": ["domain": "a.team-demo.demo.example.org"]], at: nil),
        Case("free host of the domain", ["exposure": ["domain": "shop.demo.example.org"]], at: nil),
        Case("unknown reach", ["exposure": ["type": "galactic"]], at: "/exposure/type"),
        Case("port of another type", ["port": "eighty"], at: "/port"),
        Case("container without image", ["container": [:]], at: "/container/image"),
        Case(
            "peer without team",
            ["networkPolicy": ["ingressPrivate": ["mode": "AllowOnly", "allow": [[:]]]]],
            at: "/networkPolicy/ingressPrivate/allow/0/team"
        ),
        Case(
            "egress to nothing",
            ["networkPolicy": ["egressPublic": [["domain": "a b"]]]],
            at: "/networkPolicy/egressPublic/0/domain"
        ),
        Case(
            "passthrough to Knative",
            ["container": Trees.container, "exposure": ["tlsPass": true]],
            at: "/exposure/tlsPass",
            .warning
        ),
    ])
    func `a faulty service is named with the place to change`(example: Case) {
        let compilation = Compilation(of: Trees.team(services: [example.name: example.service]))
        let id = DocumentID(kind: .service, team: "demo", name: example.name)
        #expect(compilation.faults.map(\.pointer.description) == (example.pointer.map { [$0] } ?? []))
        #expect(compilation.faults.allSatisfy { $0.document == id && $0.severity == example.severity })
    }

    @Test func `two services may not have one address, whosever they are`() throws {
        let shop: JSONValue = ["exposure": ["domain": "www.shop.example", "paths": ["/a", "/b"]]]
        let tree = Trees.team(services: [
            "one": shop, "two": ["exposure": ["domain": "www.shop.example", "paths": ["/c"]]],
        ])
        #expect(Compilation(of: tree).faults.isEmpty)

        let clash = tree.merging([
            "teams": [
                "other": ["services": ["three": ["exposure": ["domain": "WWW.shop.example", "paths": ["x", "b/"]]]]]
            ]
        ])
        let fault = try #require(Compilation(of: clash).faults.first)
        #expect(Compilation(of: clash).faults.count == 1)
        #expect(fault.document == DocumentID(kind: .service, team: "other", name: "three"))
        #expect(fault.pointer.description == "/exposure/paths/1")
        #expect(fault.message.contains("service 'one' of team 'demo'"))
    }

    @Test func `a cluster without a domain has no default hosts`() throws {
        let cluster: JSONValue = ["name": "bare", "provider": "kind", "region": "", "labels": [:]]
        let exposed = Trees.team(services: ["web": ["exposure": ["type": "public"]]], cluster: cluster)
        let fault = try #require(Compilation(of: exposed).faults.first)
        #expect(fault.message.contains("domain suffix"))
        let own = Trees.team(services: ["web": ["exposure": ["domain": "www.shop.example"]]], cluster: cluster)
        #expect(Compilation(of: own).faults.isEmpty)
        #expect(Compilation(of: own).objects(.ingress).count == 1)
    }

    @Test(
        arguments: [
            ("a", nil), (String(repeating: "a", count: 52), nil), (String(repeating: "a", count: 53), ""),
        ] as [(String, String?)]
    )
    func `the name of a job leaves room for what Kubernetes appends`(name: String, pointer: String?) {
        let job = Trees.container.merging(["script": "true"])
        let compilation = Compilation(of: Trees.team(jobs: [name: job]))
        #expect(compilation.faults.map(\.pointer.description) == (pointer.map { [$0] } ?? []))
    }

    @Test func `the name of a team leaves room for its namespace`() {
        func faults(_ count: Int) -> Int {
            let teams: JSONValue = .object([String(repeating: "t", count: count): [:]])
            return Compilation(of: ["cluster": Trees.cluster, "teams": teams]).faults.count
        }
        #expect(faults(58) == 0)
        #expect(faults(59) == 1)
    }

    @Test func `an entry that cannot name a variable is reported where it is used`() {
        let container = Trees.container.merging(["secrets": ["odd"]])
        let compilation = Compilation(
            of: Trees.team(
                services: ["web": ["container": container]],
                secrets: ["odd": ["type": "generic", "entries": ["1st", "fine"]]]
            )
        )
        #expect(compilation.faults.map(\.pointer.description) == ["/container/secrets/0"])
    }

    @Test func `a fault names the scope that wrote the value`() {
        let documents = [
            Document(id: DocumentID(kind: .team, name: "demo"), spec: [:]),
            Document(id: DocumentID(kind: .service, team: "demo", name: "web"), spec: ["port": 80]),
            Document(
                id: DocumentID(kind: .service, scope: .cluster("demo"), team: "demo", name: "web"),
                spec: ["port": "eighty"]
            ),
        ]
        let values = EffectiveValues(
            cluster: ClusterIdentity(name: "demo", provider: "aws", region: "eu"),
            documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
        )
        #expect(compile(values).faults.map(\.document?.scope) == [.cluster("demo")])
    }
}
