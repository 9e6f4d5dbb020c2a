import JSON
import Testing

@testable import Values

@Suite("Effective values")
struct EffectiveValuesTests {
    static let eu = ClusterIdentity(
        name: "eu1",
        provider: "aws",
        region: "eu-west-1",
        labels: ["env": "prod", "zone": "a"]
    )
    static let us = ClusterIdentity(name: "us1", provider: "azure", region: "eastus", labels: ["env": "test"])

    static func stored(
        _ kind: Kind,
        _ name: String,
        team: String? = nil,
        scope: Scope = .platform,
        revision: Int64 = 1,
        _ spec: JSONValue = [:]
    ) -> StoredDocument {
        let id = DocumentID(kind: kind, scope: scope, team: team, name: name)
        return StoredDocument(document: Document(id: id, spec: spec), revision: revision, author: "ada")
    }

    static func values(_ documents: [StoredDocument], on cluster: ClusterIdentity = eu) -> EffectiveValues {
        EffectiveValues(cluster: cluster, documents: documents)
    }

    @Test("without documents are what the schemas always have")
    func withoutDocuments() {
        let tree = Self.values([]).tree
        #expect(tree["cluster"]?["name"] == "eu1")
        #expect(tree["cluster"]?["owner"] == "otomi")
        #expect(tree["cluster"]?["apiName"] == "otomi-eks-eu1")
        #expect(tree["cluster"]?["labels"] == ["env": "prod", "zone": "a"])
        #expect(tree["settings"]?.objectValue?.keys.sorted() == ["dns", "ingress", "otomi"])
        #expect(tree["settings"]?["otomi"]?["isMultitenant"] == true)
        for key in ["apps", "policies", "teams"] { #expect(tree[key] == [:]) }
    }

    @Test("layer platform, groups by rising priority and then name, and the cluster")
    func layer() {
        let documents = [
            Self.stored(.settings, "smtp", scope: .cluster("eu1"), ["hello": "cluster"]),
            Self.stored(.settings, "smtp", scope: .group("high"), ["hello": "high", "auth_username": "high"]),
            Self.stored(.settings, "smtp", scope: .group("b-low"), ["auth_username": "b", "auth_identity": "b"]),
            Self.stored(.settings, "smtp", scope: .group("a-low"), ["auth_identity": "a", "from": "a@b.cd"]),
            Self.stored(.settings, "smtp", scope: .group("others"), ["smarthost": "no:1"]),
            Self.stored(.settings, "smtp", scope: .cluster("us1"), ["smarthost": "no:2"]),
            Self.stored(.settings, "smtp", ["smarthost": "mail:25", "hello": "platform"]),
            Self.stored(.group, "high", ["selector": ["env": "prod"], "priority": 10]),
            Self.stored(.group, "a-low", ["selector": ["provider": "aws"]]),
            Self.stored(.group, "b-low", ["selector": [:]]),
            Self.stored(.group, "others", ["selector": ["env": "prod", "zone": "b"], "priority": 99]),
        ]
        let expected: JSONValue = [
            "smarthost": "mail:25", "hello": "cluster", "auth_username": "high", "auth_identity": "b", "from": "a@b.cd",
        ]
        #expect(Self.values(documents).tree["settings"]?["smtp"] == expected)
        #expect(Self.values(documents.reversed()).tree == Self.values(documents).tree)
    }

    @Test("merge objects by key, replace lists, and let null remove values and defaults")
    func merge() {
        let documents = [
            Self.stored(.team, "demo"),
            Self.stored(
                .service,
                "web",
                team: "demo",
                [
                    "port": 1234, "exposure": ["type": "public", "paths": ["/a", "/b"]],
                    "networkPolicy": ["egressPublic": [["domain": "a.b"]]],
                ]
            ),
            Self.stored(
                .service,
                "web",
                team: "demo",
                scope: .cluster("eu1"),
                ["port": .null, "exposure": ["paths": ["/c"], "forwardPath": true]]
            ),
        ]
        let web = Self.values(documents).tree["teams"]?["demo"]?["services"]?["web"]
        #expect(web?["port"] == nil, "the default does not come back")
        #expect(web?["exposure"]?["paths"] == ["/c"])
        #expect(web?["exposure"]?["type"] == "public")
        #expect(web?["networkPolicy"]?["egressPublic"]?[0]?["domain"] == "a.b")
        #expect(Self.values(documents, on: Self.us).tree["teams"]?["demo"]?["services"]?["web"]?["port"] == 1234)
    }

    @Test("hold only what is placed on the cluster, and a team's things only where the team goes")
    func place() {
        let documents = [
            Self.stored(.team, "here", ["placement": ["clusters": ["eu1"]]]),
            Self.stored(.team, "there", ["placement": ["selector": ["provider": "azure"]]]),
            Self.stored(.service, "all", team: "here"), Self.stored(.service, "all", team: "there"),
            Self.stored(.service, "named", team: "here", ["placement": ["clusters": ["us1", "eu1"]]]),
            Self.stored(
                .service,
                "label",
                team: "here",
                ["placement": ["selector": ["env": "prod", "region": "eu-west-1"]]]
            ),
            Self.stored(
                .service,
                "either",
                team: "here",
                ["placement": ["clusters": ["us1"], "selector": ["env": "prod"]]]
            ),
            Self.stored(.service, "not", team: "here", ["placement": ["selector": ["env": "test"]]]),
            Self.stored(.service, "nowhere", team: "here", ["placement": ["clusters": []]]),
            Self.stored(.job, "moved", team: "here", ["placement": ["clusters": ["us1"]]]),
            Self.stored(.job, "moved", team: "here", scope: .cluster("eu1"), ["placement": .null]),
            Self.stored(.app, "harbor", ["placement": ["clusters": ["us1"]]]), Self.stored(.app, "gitea"),
            Self.stored(.service, "orphan", team: "nobody"),
        ]
        let tree = Self.values(documents).tree
        #expect(tree["teams"]?.objectValue?.keys.sorted() == ["here"])
        #expect(tree["teams"]?["here"]?["services"]?.objectValue?.keys.sorted() == ["all", "either", "label", "named"])
        #expect(tree["teams"]?["here"]?["jobs"]?.objectValue?.keys.sorted() == ["moved"])
        #expect(tree["apps"]?.objectValue?.keys.sorted() == ["gitea"])
        #expect(tree["teams"]?["here"]?["services"]?["named"]?["placement"] == nil)
        #expect(tree["teams"]?["here"]?["placement"] == nil)
    }

    @Test("derive what follows from the rest, unless somebody said it")
    func derive() {
        let documents = [
            Self.stored(.cluster, "eu1", scope: .cluster("eu1"), ["domainSuffix": "eu1.example.com", "owner": "acme"]),
            Self.stored(.settings, "otomi", ["hasExternalDNS": true, "adminPassword": "pw"]),
            Self.stored(.settings, "dns", ["zones": ["example.org"]]),
            Self.stored(.settings, "smtp", ["smarthost": "mail:25", "hello": "mine"]),
            Self.stored(.settings, "alerts", ["receivers": ["slack"], "slack": ["url": "u"], "drone": ["slack"]]),
            Self.stored(.app, "external-dns"), Self.stored(.app, "cluster-autoscaler"), Self.stored(.app, "kured"),
            Self.stored(.app, "alertmanager"), Self.stored(.app, "metrics-server", ["enabled": false]),
            Self.stored(.app, "gitea", ["adminPassword": "own"]), Self.stored(.app, "keycloak"),
            Self.stored(.team, "demo", ["alerts": ["slack": ["channel": "mine"]]]),
            Self.stored(.service, "web", team: "demo", ["exposure": ["type": "public"]]),
            Self.stored(.service, "own", team: "demo", ["exposure": ["domain": "www.example.org"]]),
            Self.stored(.service, "inside", team: "demo"),
        ]
        let values = Self.values(documents)
        func value(_ path: String) -> JSONValue? { values.resolve(path).flatMap { values.tree[$0] } }
        #expect(value("cluster.apiName") == "acme-eks-eu1")
        #expect(value("derived.domains") == ["eu1.example.com", "example.org"])
        #expect(value("derived.oidcIssuer") == "https://keycloak.eu1.example.com/realms/otomi")
        #expect(value("derived.untrustedCA") == true)
        #expect(value("settings.smtp.from") == "alerts@eu1.example.com")
        #expect(value("settings.smtp.hello") == "mine")
        #expect(value("apps.external-dns.enabled") == true)
        #expect(value("apps.cluster-autoscaler.enabled") == true)
        #expect(value("apps.kured.enabled") == false)
        #expect(value("apps.alertmanager.enabled") == true)
        #expect(value("apps.metrics-server.enabled") == false)
        #expect(value("apps.gitea.adminPassword") == "own")
        #expect(value("apps.keycloak.adminPassword") == "pw")
        #expect(value("teams.demo.alerts.slack") == ["channel": "mine", "url": "u", "channelCrit": "mon-otomi-crit"])
        #expect(value("teams.demo.alerts.receivers") == ["slack"])
        #expect(value("teams.demo.alerts.drone") == nil)
        #expect(value("teams.demo.services.web.exposure.host") == "web.team-demo.eu1.example.com")
        #expect(value("teams.demo.services.own.exposure.host") == "www.example.org")
        #expect(value("teams.demo.services.inside.exposure.host") == nil)
        #expect(value("teams.demo.services.inside.predeployed") == "service")
        #expect(
            values.explain("apps.keycloak.adminPassword").map(\.origin.description) == [
                "derived from /settings/otomi/adminPassword"
            ]
        )
    }

    @Test("explain every leaf: layer, revision, author, and what it won over")
    func explain() throws {
        let documents = [
            Self.stored(.team, "demo", ["resourceQuota": ["services.loadbalancers": "1"]]),
            Self.stored(.group, "eu", ["selector": ["env": "prod"]]),
            Self.stored(.service, "web", team: "demo", revision: 3, ["port": 1, "container": ["args": ["a", "b"]]]),
            Self.stored(.service, "web", team: "demo", scope: .group("eu"), revision: 4, ["port": 2]),
            Self.stored(.service, "web", team: "demo", scope: .cluster("eu1"), revision: 5, ["port": 3]),
        ]
        let values = Self.values(documents)
        let port = try #require(values.explain("/teams/demo/services/web/port").first)
        #expect(port.value == 3)
        #expect(port.origin == Origin(source: .document(.cluster("eu1")), revision: 5, author: "ada"))
        #expect(port.origin.description == "cluster/eu1, revision 5, by ada")
        #expect(port.overridden.map(\.value) == [2, 1])
        #expect(port.overridden.map(\.origin.revision) == [4, 3])
        #expect(port.document == DocumentID(kind: .service, team: "demo", name: "web"))
        #expect(try Explanation(json: port.json) == port)
        #expect(values.explain("teams.demo.services.web.port") == [port])
        #expect(values.explain("teams.demo.resourceQuota.services.loadbalancers").map(\.value) == ["1"])
        #expect(values.explain("teams.demo.resourceQuota.pods").map(\.origin) == [.builtIn])
        let pointer = try #require(JSONPointer("/teams/demo/services/web/container/args/1"))
        #expect(values.origin(at: pointer)?.revision == 3)
        #expect(
            values.origin(at: JSONPointer(["cluster", "provider"]))?.source
                == .derived(from: ["the cluster's registration"])
        )
        #expect(values.origin(at: JSONPointer(["nothing"])) == nil)
        #expect(values.explain("teams.nobody") == [])
        let secret = Self.values([Self.stored(.team, "demo", ["password": SecretMarker.marker("x")])])
        #expect(secret.explain("teams.demo.password").map(\.pointer.description) == ["/teams/demo/password"])
        #expect(values.explain("/teams/demo/services/web/exposure").allSatisfy { $0.origin == .builtIn })
        #expect(values.explain("/").map(\.pointer) == values.explain("").map(\.pointer).sorted())
    }

    @Test("survive documents that no schema accepts")
    func surviveNonsense() {
        let documents = [
            Self.stored(.team, "demo", ["alerts": "no"]), Self.stored(.settings, "alerts", ["slack": 1]),
            Self.stored(.service, "web", team: "demo", ["exposure": 5]), Self.stored(.settings, "nothing", ["a": 1]),
            Self.stored(.group, "g", ["selector": 1, "priority": "high"]),
            Self.stored(.app, "loki", ["placement": 1]), Self.stored(.app, "vault", ["placement": ["clusters": 1]]),
        ]
        let tree = Self.values(documents).tree
        #expect(tree["teams"]?["demo"]?["services"]?["web"]?["exposure"] == 5)
        #expect(tree["settings"]?["nothing"] == ["a": 1])
    }
}
