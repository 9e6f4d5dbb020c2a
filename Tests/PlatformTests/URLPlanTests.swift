import JSON
import Testing
import Values

@testable import Platform

@Suite struct URLPlanTests {
    private static func service(_ name: String, _ exposure: JSONValue, team: String = "demo") -> Document {
        Document(id: DocumentID(kind: .service, team: team, name: name), spec: ["exposure": exposure])
    }

    private static let surroundings = [
        Document(id: DocumentID(kind: .team, name: "demo"), spec: [:]),
        Document(
            id: DocumentID(kind: .cluster, scope: .cluster("one"), name: "one"),
            spec: ["domainSuffix": "demo.example.org"]
        ),
    ]

    private static func errors(_ services: [Document]) -> [Fault] {
        let cluster = ClusterIdentity(name: "one", provider: "aws", region: "")
        return inspect(surroundings + services, clusters: [cluster]).filter { $0.severity == .error }
    }

    /// The old product compared addresses only when a service was made, and only by a field that was gone.
    @Test func `[Q] an address that is taken is refused on edit as on create`() {
        let shop = Self.service("shop", ["domain": "www.shop.example", "paths": ["/a"]])
        #expect(
            Self.errors([shop, Self.service("other", ["domain": "www.shop.example", "paths": ["/a"]])]).count == 1
        )
        // The same service was harmless before the edit.
        #expect(Self.errors([shop, Self.service("other", ["domain": "www.shop.example", "paths": ["/b"]])]) == [])
    }

    @Test(
        arguments: [
            (["domain": "WWW.shop.example"], true),
            (["domain": "www.shop.example", "paths": ["/a"]], false),
            (["domain": "www.shop.example", "paths": ["/"]], true),
            (["domain": "www.shop.example", "tlsPass": true], true),
            (["domain": "b.shop.example", "cname": ["domain": "www.SHOP.example"]], true),
            (["domain": "b.shop.example", "cname": ["domain": "c.shop.example"]], false),
            (["domain": "web.team-demo.demo.example.org"], false),
        ] as [(JSONValue, Bool)]
    )
    func `a host and path belongs to one service`(exposure: JSONValue, clashes: Bool) {
        let services = [Self.service("first", ["domain": "www.shop.example"]), Self.service("second", exposure)]
        let errors = Self.errors(services)
        #expect(errors.count == (clashes ? 1 : 0))
        #expect(errors.allSatisfy { $0.document?.name == "second" })
        // The compiler finds it too, for documents that only meet on the cluster.
        let members = services.map { ($0.id.name, $0.spec) }
        let tree = Trees.team(services: .object(Dictionary(uniqueKeysWithValues: members)))
        #expect(Compilation(of: tree).faults.count == (clashes ? 1 : 0))
    }

    @Test func `a connection that is passed through takes the whole host`() {
        let paths = Self.service("first", ["domain": "www.shop.example", "paths": ["/a"]])
        let passed = Self.service("second", ["domain": "www.shop.example", "tlsPass": true])
        #expect(Self.errors([paths, passed]).count == 1)
    }

    @Test(arguments: [
        ("a.team-demo.demo.example.org", true), ("a.b.team-demo.demo.example.org", false),
        ("team-demo.demo.example.org", false), ("ateam-demo.demo.example.org", false),
    ])
    func `the team's wildcard stands for one label`(host: String, isCovered: Bool) {
        #expect(Exposure.isLabel(of: host, below: "team-demo.demo.example.org") == isCovered)
        let tree = Trees.team(services: ["web": ["exposure": ["domain": .string(host)]]])
        let certificate = Compilation(of: tree).teamObjects(.certificate).first?["spec"]?["dnsNames"]?[0]?.stringValue
        #expect(certificate == (isCovered ? "*.team-demo.demo.example.org" : host))
    }

    @Test(arguments: ["shorten the name of the service or of its team by 1 bytes"])
    func `a host that is too long says which part to shorten`(hint: String) throws {
        let name = String(repeating: "a", count: 38)
        let tree = Trees.team(services: [name: ["exposure": ["type": "public"]]])
        let fault = try #require(Compilation(of: tree).faults.first)
        #expect(fault.hint?.hasPrefix(hint) == true)
        let document = Document(
            id: DocumentID(kind: .service, team: "demo", name: name),
            spec: ["exposure": ["type": "public"]]
        )
        #expect(Self.errors([document]).first?.hint?.hasPrefix(hint) == true)
    }
}
