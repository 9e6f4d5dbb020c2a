import JSON
import Testing
import Values

@testable import Platform

/// The same service documents in the style of the Gateway API.
@Suite struct GatewayRoutingTests {
    private static let settings: JSONValue = [
        "otomi": ["hasExternalDNS": true], "dns": ["zones": ["shop.example"], "entrypoint": "203.0.113.9"],
        "ingress": [
            "routing": "gateway-api",
            "classes": [["className": "net-a", "sourceIpAddressFiltering": "10.0.0.0/8,192.0.2.7"]],
        ],
    ]

    private static func compile(_ services: JSONValue, settings: JSONValue = settings) -> Compilation {
        Compilation(of: Trees.team(services: services, secrets: ["web-tls": ["type": "tls"]], settings: settings))
    }

    private static let kinds: [ObjectKind] = [
        .gateway, .httpRoute, .tlsRoute, .certificate, .ingress, .istioGateway, .virtualService, .authorizationPolicy,
        .requestAuthentication,
    ]

    @Test(
        arguments: [
            ("public", ["type": "public"]),
            ("private", ["type": "private"]),
            ("own-domain", ["type": "public", "domain": "www.shop.example", "paths": ["/a/", "b", "/a"]]),
            ("forward-path", ["type": "public", "paths": ["/a"], "forwardPath": true]),
            ("sign-on", ["type": "public", "auth": true, "paths": ["/a"]]),
            ("passthrough", ["type": "public", "tlsPass": true]),
            ("own-class", ["type": "public", "ingressClassName": "net-a"]),
            (
                "cname",
                [
                    "type": "public", "domain": "www.shop.example",
                    "cname": ["domain": "shop.customer.example", "tlsSecretName": "web-tls"],
                ]
            ),
            (
                "headers",
                [
                    "type": "public",
                    "headers": [
                        "request": ["set": ["X-Shop": "demo"], "remove": ["X-Secret"]],
                        "response": ["set": ["Strict-Transport-Security": "max-age=1"], "remove": ["Server"]],
                    ],
                ]
            ),
            ("split", ["type": "private", "trafficControl": ["enabled": true, "weightV1": 75, "weightV2": 25]]),
        ] as [(String, JSONValue)]
    )
    func `an exposed service has its Gateway and routes`(name: String, exposure: JSONValue) throws {
        let compilation = Self.compile(["web": ["port": 8080, "predeployed": "service", "exposure": exposure]])
        #expect(compilation.faults.isEmpty)
        let objects = compilation.layers.filter { $0.name != "platform" }.flatMap(\.objects)
        try Golden.expect(objects.filter { $0.isOne(of: Self.kinds) }, equal: "gateway-\(name)")
    }

    @Test func `a Knative service is reached through Knative's gateway inside the cluster`() throws {
        let compilation = Self.compile(["web": ["container": Trees.container, "exposure": ["type": "public"]]])
        let route = try #require(compilation.object(.httpRoute, "web"))
        let rule = route["spec"]?["rules"]?[0]
        #expect(rule?["backendRefs"]?[0]?["kind"] == "Hostname")
        #expect(rule?["backendRefs"]?[0]?["group"] == "networking.istio.io")
        #expect(rule?["backendRefs"]?[0]?["name"] == "knative-local.istio-system.svc.cluster.local")
        let rewrite = rule?["filters"]?.arrayValue?.first { $0["type"] == "URLRewrite" }
        #expect(rewrite?["urlRewrite"]?["hostname"] == "web.team-demo.svc.cluster.local")
        let labels = compilation.object(.knativeService, "web")?["metadata"]?["labels"]
        #expect(labels?["networking.knative.dev/visibility"] == "cluster-local")
    }

    @Test func `default hosts of a team share two listeners`() throws {
        let exposed: JSONValue = ["exposure": ["type": "public"]]
        let gateways = Self.compile(["one": exposed, "two": exposed]).teamObjects(.gateway)
        #expect(gateways.count == 1)
        #expect(gateways[0]["spec"]?["listeners"]?.arrayValue?.count == 2)
    }

    @Test func `only the team's namespace can bind routes to its Gateway`() throws {
        let gateway = try #require(Self.compile(["one": ["exposure": ["type": "public"]]]).teamObjects(.gateway).first)
        for listener in gateway["spec"]?["listeners"]?.arrayValue ?? [] {
            let namespaces = listener["allowedRoutes"]?["namespaces"]
            #expect(namespaces?["from"] == "Selector")
            #expect(namespaces?["selector"]?["matchExpressions"]?[0]?["values"] == ["team-demo"])
            #expect(listener["hostname"] == "*.team-demo.demo.example.org")
        }
    }

    @Test(arguments: [(32, 0), (33, 1)])
    func `a Gateway has no more listeners than it may`(hosts: Int, faults: Int) {
        let services = Dictionary(
            uniqueKeysWithValues: (0..<hosts).map { index in
                let domain: JSONValue = .string("h\(index).shop.example")
                return ("s\(index)", ["exposure": ["domain": domain]] as JSONValue)
            }
        )
        let found = Self.compile(.object(services)).faults
        #expect(found.count == faults)
        #expect(found.allSatisfy { $0.document?.kind == .team && $0.message.contains("66 listeners") })
    }

    @Test func `more rules than a route may have go to a second one`() throws {
        let paths = (0..<17).map { "/p\($0)" }
        let compilation = Self.compile(["web": ["exposure": ["paths": paths.json]]])
        let first = try #require(compilation.object(.httpRoute, "web"))
        let second = try #require(compilation.object(.httpRoute, "web.2"))
        #expect(first["spec"]?["rules"]?.arrayValue?.count == 16)
        #expect(second["spec"]?["rules"]?.arrayValue?.count == 1)
    }

    @Test func `nothing of the other style is left`() {
        let compilation = Self.compile(["web": ["exposure": ["type": "public", "auth": true]]])
        #expect(compilation.objects(.ingress, .virtualService, .ingressClass).isEmpty)
        #expect(compilation.teamObjects(.istioGateway).isEmpty)
    }

    @Test func `behind a load balancer of the cloud the gateways speak plain HTTP`() throws {
        let settings = Self.settings.merging(["otomi": ["hasCloudLB": true]])
        let compilation = Self.compile(["web": ["exposure": ["type": "public"]]], settings: settings)
        #expect(compilation.objects(.certificate).isEmpty)
        let gateway = try #require(compilation.teamObjects(.gateway).first)
        #expect(gateway["spec"]?["listeners"]?.arrayValue?.map { $0["protocol"] } == ["HTTP"])
        let ingress = try #require(compilation.object(.ingress, "external.web.team-demo"))
        #expect(ingress["metadata"]?["namespace"] == "istio-system")
        #expect(compilation.objects(.httpRoute).count == 1)
    }
}
