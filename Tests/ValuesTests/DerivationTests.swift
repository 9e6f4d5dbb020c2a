import JSON
import Testing

@testable import Values

/// Every derived value: what it is, from what, and that it is nobody's document.
@Suite struct DerivationTests {
    struct Derived: CustomTestStringConvertible, Sendable {
        let place: String
        let value: JSONValue?
        let sources: [String]
        var provider = "aws"
        var documents: [Document] = []
        var testDescription: String { "\(place) on \(provider)" }
    }

    private static func settings(_ name: String, _ spec: JSONValue) -> Document {
        Document(id: DocumentID(kind: .settings, name: name), spec: spec)
    }

    private static func app(_ name: String, _ spec: JSONValue = [:]) -> Document {
        Document(id: DocumentID(kind: .app, name: name), spec: spec)
    }

    private static func cluster(_ spec: JSONValue) -> Document {
        Document(id: DocumentID(kind: .cluster, scope: .cluster("one"), name: "one"), spec: spec)
    }

    private static let domain = cluster(["domainSuffix": "one.example.org", "owner": "acme"])
    private static let identity = ["/cluster/owner", "/cluster/provider", "/cluster/name"]
    private static let issuer = ["/apps/cert-manager/issuer", "/apps/cert-manager/stage"]
    private static let loadBalancer = ["/cluster/provider", "/settings/otomi/hasCloudLB"]
    private static let gateway = loadBalancer + ["/settings/azure/appgw/isManaged"]
    private static let alerting = ["/settings/alerts/receivers", "/settings/otomi/isHomeMonitored"]

    private static func appSwitch(
        _ name: String,
        _ isOn: Bool,
        _ sources: [String],
        on provider: String = "aws",
        _ documents: Document...
    ) -> Derived {
        Derived(
            place: "/apps/\(name)/enabled",
            value: .bool(isOn),
            sources: sources,
            provider: provider,
            documents: documents + [app(name)]
        )
    }

    private static let clusterValues = [
        Derived(place: "/cluster/apiName", value: "acme-eks-one", sources: identity, documents: [domain]),
        Derived(
            place: "/cluster/k8sContext",
            value: "acme-aks-one",
            sources: identity,
            provider: "azure",
            documents: [domain]
        ),
        Derived(place: "/cluster/apiName", value: "otomi-gke-one", sources: identity, provider: "google"),
        Derived(place: "/cluster/apiName", value: "otomi-onprem-one", sources: identity, provider: "onprem"),
        Derived(
            place: "/cluster/domainSuffix",
            value: "203.0.113.20.nip.io",
            sources: ["/cluster/entrypoint"],
            documents: [cluster(["entrypoint": "203.0.113.20"])]
        ),
        Derived(
            place: "/cluster/domainSuffix",
            value: "2001-db8--1.sslip.io",
            sources: ["/cluster/entrypoint"],
            documents: [cluster(["entrypoint": "2001:DB8::1"])]
        ),
        Derived(
            place: "/cluster/domainSuffix",
            value: "0--1.sslip.io",
            sources: ["/cluster/entrypoint"],
            documents: [cluster(["entrypoint": "::1"])]
        ),
        Derived(
            place: "/cluster/domainSuffix",
            value: "198.51.100.1.nip.io",
            sources: ["/settings/dns/entrypoint"],
            documents: [cluster(["entrypoint": "203.0.113.20"]), settings("dns", ["entrypoint": "198.51.100.1"])]
        ),
        Derived(
            place: "/cluster/domainSuffix",
            value: nil,
            sources: [],
            documents: [cluster(["entrypoint": "1.2.3"])]
        ),
    ]

    private static let settingValues = [
        Derived(
            place: "/settings/smtp/from",
            value: "alerts@one.example.org",
            sources: ["/cluster/domainSuffix"],
            documents: [domain, settings("smtp", ["smarthost": "mail:25"])]
        ),
        Derived(
            place: "/settings/smtp/hello",
            value: "one.example.org",
            sources: ["/cluster/domainSuffix"],
            documents: [domain, settings("smtp", ["smarthost": "mail:25"])]
        ),
        Derived(place: "/settings/smtp/from", value: nil, sources: [], documents: [domain]),
        Derived(
            place: "/settings/dns/provider/azure/subscriptionId",
            value: "sub",
            sources: ["/settings/azure/subscriptionId"],
            documents: [
                settings("azure", ["subscriptionId": "sub"]),
                settings("dns", ["provider": ["azure": ["resourceGroup": "g"]]]),
            ]
        ),
        Derived(
            place: "/settings/dns/provider/azure/tenantId",
            value: "tenant",
            sources: ["/settings/azure/tenantId"],
            documents: [
                settings("azure", ["tenantId": "tenant"]),
                settings("dns", ["provider": ["azure": ["resourceGroup": "g"]]]),
            ]
        ),
    ]

    private static let commonValues = [
        Derived(
            place: "/derived/domains",
            value: ["one.example.org", "shop.example"],
            sources: ["/cluster/domainSuffix", "/settings/dns/zones"],
            documents: [domain, settings("dns", ["zones": ["shop.example"]])]
        ),
        Derived(
            place: "/derived/oidcIssuer",
            value: "https://keycloak.one.example.org/realms/otomi",
            sources: ["/cluster/domainSuffix"],
            documents: [domain]
        ),
        Derived(place: "/derived/untrustedCA", value: true, sources: issuer),
        Derived(
            place: "/derived/untrustedCA",
            value: true,
            sources: issuer,
            documents: [app("cert-manager", ["issuer": "letsencrypt", "stage": "staging", "email": "a@b.example"])]
        ),
        Derived(
            place: "/derived/untrustedCA",
            value: false,
            sources: issuer,
            documents: [app("cert-manager", ["issuer": "letsencrypt", "email": "a@b.example"])]
        ),
        Derived(
            place: "/derived/caCert",
            value: "PEM",
            sources: ["/apps/cert-manager/customRootCA"],
            documents: [app("cert-manager", ["customRootCA": "PEM"])]
        ),
        Derived(place: "/derived/caCert", value: nil, sources: [], documents: [app("cert-manager")]),
    ]

    private static let switches = [
        appSwitch(
            "external-dns",
            true,
            ["/settings/otomi/hasExternalDNS"],
            settings("otomi", ["hasExternalDNS": true])
        ),
        appSwitch("external-dns", false, ["/settings/otomi/hasExternalDNS"]),
        appSwitch("cluster-autoscaler", true, ["/cluster/provider"]),
        appSwitch("cluster-autoscaler", false, ["/cluster/provider"], on: "google"),
        appSwitch("kured", true, ["/cluster/provider"], on: "azure"),
        appSwitch("kured", true, ["/cluster/provider"], on: "onprem"),
        appSwitch("kured", false, ["/cluster/provider"]),
        appSwitch("metrics-server", true, ["/cluster/provider"]),
        appSwitch("metrics-server", false, ["/cluster/provider"], on: "azure"),
        appSwitch("cluster-overprovisioner", true, ["/cluster/provider"], on: "kind"),
        appSwitch("cluster-overprovisioner", false, ["/cluster/provider"]),
        appSwitch(
            "ingress-azure",
            true,
            gateway,
            on: "azure",
            settings("otomi", ["hasCloudLB": true]),
            settings("azure", ["appgw": ["isManaged": false]])
        ),
        appSwitch("ingress-azure", false, gateway, on: "azure", settings("otomi", ["hasCloudLB": true])),
        appSwitch("aws-alb-ingress-controller", true, loadBalancer, settings("otomi", ["hasCloudLB": true])),
        appSwitch("ingress-merge", true, loadBalancer, settings("otomi", ["hasCloudLB": true])),
        appSwitch("ingress-merge", false, loadBalancer, on: "azure", settings("otomi", ["hasCloudLB": true])),
        appSwitch("host-mods", true, issuer),
        appSwitch("host-mods", false, issuer, app("cert-manager", ["issuer": "letsencrypt", "email": "a@b.example"])),
        appSwitch("alertmanager", true, alerting, settings("alerts", ["receivers": ["slack"]])),
        appSwitch("alertmanager", true, alerting, settings("otomi", ["isHomeMonitored": true])),
        appSwitch("alertmanager", false, alerting, settings("alerts", ["receivers": ["none"]])),
        appSwitch(
            "prometheus-msteams",
            true,
            ["/settings/alerts/receivers"],
            settings("alerts", ["receivers": ["msteams"]])
        ),
    ]

    private static let passwords = ["gitea", "grafana", "harbor", "keycloak"].map { name in
        Derived(
            place: "/apps/\(name)/adminPassword",
            value: "pw",
            sources: ["/settings/otomi/adminPassword"],
            documents: [app(name), settings("otomi", ["adminPassword": "pw"])]
        )
    }

    @Test(arguments: clusterValues + settingValues + commonValues + switches + passwords)
    func `a derived value says from what it is derived, and is in no document`(derived: Derived) throws {
        let pointer = try #require(JSONPointer(derived.place))
        let values = Self.values(derived)
        #expect(values.tree[pointer] == derived.value)
        guard let value = derived.value else {
            #expect(values.origin(at: pointer) == nil)
            return
        }
        let explanation = try #require(
            values.explain(derived.place).first { $0.pointer == pointer || value.arrayValue != nil }
        )
        #expect(explanation.origin.source == .derived(from: derived.sources))
        #expect(explanation.origin.revision == nil && explanation.origin.author == nil)
        #expect(explanation.overridden == [])
    }

    @Test(arguments: clusterValues + settingValues + commonValues + switches + passwords)
    func `what somebody says wins over what would be derived`(derived: Derived) throws {
        let parts = derived.place.split(separator: "/").map(String.init)
        guard derived.value != nil, parts[0] != "derived" else { return }
        var said = derived
        let id: DocumentID
        let rest: [String]
        switch parts[0] {
        case "cluster":
            id = DocumentID(kind: .cluster, scope: .cluster("one"), name: "one")
            rest = Array(parts.dropFirst())
        case "apps":
            id = DocumentID(kind: .app, scope: .cluster("one"), name: parts[1])
            rest = Array(parts.dropFirst(2))
        default:
            id = DocumentID(kind: .settings, scope: .cluster("one"), name: parts[1])
            rest = Array(parts.dropFirst(2))
        }
        var spec = said.documents.first { $0.id == id }?.spec ?? .object([:])
        said.documents.removeAll { $0.id == id }
        for count in 1..<max(rest.count, 1) where spec[JSONPointer(Array(rest.prefix(count)))] == nil {
            try spec.set([:], at: JSONPointer(Array(rest.prefix(count))))
        }
        try spec.set("said", at: JSONPointer(rest))
        said.documents.append(Document(id: id, spec: spec))
        let pointer = try #require(JSONPointer(derived.place))
        let values = Self.values(said)
        #expect(values.tree[pointer] == "said")
        #expect(values.origin(at: pointer)?.source == .document(.cluster("one")))
    }

    @Test(
        arguments: [
            (["url": "https://elsewhere.example"], ["url": "https://elsewhere.example", "responders": []]),
            (["apiKey": "own"], ["apiKey": "own", "responders": []]),
            ([:], ["apiKey": "platform", "url": "https://opsgenie.example", "responders": []]),
        ] as [(JSONValue, JSONValue)]
    )
    func `the platform's key is never beside an address of the team's`(own: JSONValue, whole: JSONValue) {
        let platform: JSONValue = ["apiKey": "platform", "url": "https://opsgenie.example", "responders": []]
        let team = Document(
            id: DocumentID(kind: .team, name: "demo"),
            spec: ["alerts": ["receivers": ["opsgenie"], "opsgenie": own]]
        )
        let documents = [Self.settings("alerts", ["opsgenie": platform]), team]
        let tree = Self.values(Derived(place: "", value: nil, sources: [], documents: documents)).tree
        #expect(tree["teams"]?["demo"]?["alerts"]?["opsgenie"] == whole)
    }

    @Test func `nobody can write what is derived and has no place of its own`() {
        #expect(Kind.allCases.allSatisfy { $0.rawValue.lowercased() != "derived" })
        let documents = [Document(id: DocumentID(kind: .settings, name: "derived"), spec: ["untrustedCA": false])]
        #expect(!Validator.faults(in: documents[0]).isEmpty)
        #expect(
            Self.values(Derived(place: "", value: nil, sources: [], documents: documents)).tree["derived"]?[
                "untrustedCA"
            ] == true
        )
    }

    private static func values(_ derived: Derived) -> EffectiveValues {
        EffectiveValues(
            cluster: ClusterIdentity(name: "one", provider: derived.provider, region: "eu"),
            documents: derived.documents.map { StoredDocument(document: $0, revision: 4, author: "ada") }
        )
    }
}
