import JSON
import Testing

@testable import Platform

@Suite struct PlatformRoutingTests {
    private static func builder(
        settings: JSONValue = [:],
        apps: JSONValue = [:],
        provider: JSONValue = "aws"
    )
        -> PlatformBuilder
    {
        let cluster = Trees.cluster.merging(["provider": provider])
        let tree = Trees.team(settings: settings, apps: apps, cluster: cluster)
        return PlatformBuilder(of: tree)
    }

    private static let routes = [
        AppRoute(
            name: "grafana",
            namespace: "monitoring",
            service: "po-grafana",
            port: 80,
            host: "grafana.demo.example.org",
            groups: ["admin", "team-admin"],
            removedRequestHeaders: ["Authorization"]
        ),
        AppRoute(
            name: "prometheus",
            namespace: "monitoring",
            service: "po-prometheus",
            port: 9090,
            host: "apps.demo.example.org",
            paths: ["/prometheus"],
            forwardPath: false
        ),
        AppRoute(
            name: "keycloak",
            namespace: "keycloak",
            service: "keycloak",
            port: 8080,
            host: "keycloak.demo.example.org",
            auth: false
        ),
    ]

    @Test(arguments: ["istio", "gateway-api"])
    func `a list of routes is all that interfaces need`(style: String) throws {
        let builder = Self.builder(settings: ["ingress": ["routing": .string(style)]])
        let objects = builder.exposureObjects(with: Self.routes).layerObjects()
        try Golden.expect(objects, equal: "app-routes-\(style)")
    }

    @Test(arguments: ["istio", "gateway-api"])
    func `interfaces of a team's applications are routed by the team's gateway`(style: String) throws {
        let tree = Trees.team(
            services: ["grafana": ["exposure": ["type": "public"]]],
            settings: ["ingress": ["routing": .string(style)]]
        )
        let route = AppRoute(
            name: "grafana",
            namespace: "team-demo",
            service: "demo-po-grafana",
            port: 80,
            host: "apps.team-demo.demo.example.org",
            paths: ["/grafana"],
            groups: ["team-demo", "admin"],
            team: "demo"
        )
        let builder = try #require(TeamBuilder(demoOf: tree))
        let objects = builder.exposureObjects(with: [route]).layerObjects()
        try Golden.expect(objects, equal: "team-app-routes-\(style)")
    }

    @Test func `the cluster has public, auth, local and Knative gateways, and one way out if asked for`() throws {
        func names(_ apps: JSONValue) -> [String] {
            Self.builder(apps: apps).exposureObjects(with: []).filter { $0.kind == .istioGateway }.map(\.name).sorted()
        }
        #expect(names([:]) == ["auth", "knative", "local", "public"])
        #expect(names(["istio": ["egressGateway": ["enabled": false]]]) == ["auth", "knative", "local", "public"])
        #expect(
            names(["istio": ["egressGateway": ["enabled": true]]]) == ["auth", "egress", "knative", "local", "public"]
        )
    }

    @Test func `calls of host names leave through the egress gateway where there is one`() throws {
        let rules: JSONValue = [
            ["domain": "api.example.com", "ports": [["number": 443], ["number": 80, "protocol": "HTTP"]]],
            ["domain": "*.example.net"], ["domain": "192.0.2.1"],
            ["domain": "db.example.com", "ports": [["number": 5432]]],
        ]
        func objects(_ enabled: JSONValue) -> [JSONValue] {
            Compilation(
                of: Trees.team(
                    services: ["web": ["networkPolicy": ["egressPublic": rules]]],
                    apps: ["istio": ["egressGateway": ["enabled": enabled]]]
                )
            ).teamObjects(.virtualService)
        }
        #expect(objects(false) == [])
        try Golden.expect(objects(true), equal: "egress-gateway")
    }

    @Test func `ingress classes are made, and their ranges go to the Ingresses`() throws {
        let settings: JSONValue = [
            "ingress": [
                "platformClass": ["sourceIpAddressFiltering": "198.51.100.0/24"],
                "classes": [
                    ["className": "net-a", "sourceIpAddressFiltering": "10.0.0.0/8, 192.0.2.7"],
                    ["className": "office", "network": "private"],
                ],
            ]
        ]
        let exposures: JSONValue = [
            "open": ["exposure": ["type": "public"]], "inner": ["exposure": ["type": "private"]],
            "net": ["exposure": ["type": "public", "ingressClassName": "net-a"]],
            "desk": ["exposure": ["type": "private", "ingressClassName": "office"]],
        ]
        let compilation = Compilation(of: Trees.team(services: exposures, settings: settings))
        #expect(compilation.faults == [])
        let classes = compilation.objects(.ingressClass).compactMap { $0["metadata"]?["name"]?.stringValue }
        #expect(classes == ["net-a", "nginx", "nginx-private", "office"])
        func ranges(_ name: String) -> String? {
            let annotations = compilation.object(.ingress, "\(name).team-demo")?["metadata"]?["annotations"]
            return annotations?["nginx.ingress.kubernetes.io/whitelist-source-range"]?.stringValue
        }
        #expect(ranges("open") == "198.51.100.0/24")
        #expect(ranges("inner") == nil)
        #expect(ranges("net") == "10.0.0.0/8,192.0.2.7")
        #expect(ranges("desk") == nil)

        let gateways = Self.builder(settings: settings.merging(["ingress": ["routing": "gateway-api"]]))
        try Golden.expect(gateways.gatewayPolicies.layerObjects(), equal: "gateway-source-ranges")
    }

    @Test func `a service that moves to another class leaves the old one`() throws {
        let settings: JSONValue = ["ingress": ["classes": [["className": "net-a"]]]]
        func classes(_ exposure: JSONValue) -> [JSONValue?] {
            Compilation(of: Trees.team(services: ["web": ["exposure": exposure]], settings: settings))
                .teamObjects(.ingress).map { $0["spec"]?["ingressClassName"] }
        }
        #expect(classes(["type": "public"]) == ["nginx"])
        #expect(classes(["type": "public", "ingressClassName": "platform"]) == ["nginx"])
        #expect(classes(["type": "public", "ingressClassName": "net-a"]) == ["net-a"])
    }

    @Test(arguments: ["aws", "azure"])
    func `a load balancer of the cloud ends TLS and leads on in plain HTTP`(provider: String) throws {
        let certificate: JSONValue =
            provider == "aws" ? ["certArn": "arn:aws:acm:eu-central-1:1:certificate/a"] : ["certName": "own"]
        let tree = Trees.team(
            services: [
                "web": ["exposure": ["type": "public"]], "inner": ["exposure": ["type": "private"]],
                "shop": ["exposure": certificate.merging(["domain": "www.shop.example"])],
            ],
            secrets: ["own": ["type": "tls"]],
            settings: ["otomi": ["hasCloudLB": true]],
            cluster: Trees.cluster.merging(["provider": .string(provider)])
        )
        let compilation = Compilation(of: tree)
        #expect(compilation.faults == [])
        #expect(compilation.object(.namespace, "ingress") != nil)
        let objects = compilation.teamObjects(.ingress, .certificate, .externalSecret)
        try Golden.expect(objects, equal: "cloud-load-balancer-\(provider)")
    }

    @Test(arguments: [("google", true), ("aws", false)] as [(JSONValue, Bool)])
    func `without a load balancer of the cloud nothing is outside`(provider: JSONValue, hasCloudLB: Bool) {
        let builder = Self.builder(settings: ["otomi": ["hasCloudLB": .bool(hasCloudLB)]], provider: provider)
        #expect(builder.exposureObjects(with: Self.routes).allSatisfy { $0.namespace != "ingress" })
    }

    @Test func `sign-on before interfaces leaves connections alone that teams have passed through`() throws {
        let service: JSONValue = ["exposure": ["tlsPass": true, "domain": "Pay.team-demo.demo.example.org"]]
        let settings: JSONValue = ["ingress": ["routing": "gateway-api"]]
        let tree = Trees.team(services: ["pay": service], settings: settings)
        let hosts = try #require(TeamBuilder(demoOf: tree)).passthroughHosts
        let policies = PlatformBuilder(of: tree).exposureObjects(with: Self.routes, passing: hosts).filter {
            $0.kind == .authorizationPolicy
        }
        let groups = try #require(policies.first { $0.name == "app.grafana.monitoring.groups" })
        let condition = groups.json["spec"]?["rules"]?[0]?["when"]?[1]
        #expect(condition?["notValues"] == ["pay.team-demo.demo.example.org"])
    }
}
