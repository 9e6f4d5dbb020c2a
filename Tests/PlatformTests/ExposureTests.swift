import JSON
import Testing

@testable import Platform

@Suite struct ExposureTests {
    private static func compile(_ exposure: JSONValue, settings: JSONValue = [:]) -> Compilation {
        Compilation(
            of: Trees.team(
                services: ["web": ["port": 8080, "predeployed": "service", "exposure": exposure]],
                secrets: ["web-tls": ["type": "tls"]],
                settings: settings
            )
        )
    }

    @Test(
        arguments: [
            ("public", ["type": "public"]),
            ("private", ["type": "private"]),
            ("own-domain", ["type": "public", "domain": "www.shop.example", "paths": ["/a/", "b", "/a"]]),
            ("forward-path", ["type": "public", "paths": ["/a"], "forwardPath": true]),
            ("sign-on", ["type": "public", "auth": true, "removeRequestHeaders": ["X-Secret"]]),
            ("passthrough", ["type": "public", "tlsPass": true]),
            ("own-class", ["type": "public", "ingressClassName": "net-a"]),
            (
                "cname",
                [
                    "type": "public", "domain": "www.shop.example",
                    "cname": ["domain": "Shop.Customer.example", "tlsSecretName": "web-tls"],
                ]
            ),
            (
                "headers",
                [
                    "type": "public",
                    "removeRequestHeaders": ["x-secret"],
                    "headers": [
                        "request": [
                            "set": ["X-Shop": "demo", "x-forwarded-proto": "http"], "remove": ["X-Secret", "X-Trace"],
                        ],
                        "response": ["set": ["Strict-Transport-Security": "max-age=1"], "remove": ["Server"]],
                    ],
                ]
            ),
            ("split", ["type": "private", "trafficControl": ["enabled": true, "weightV1": 75, "weightV2": 25]]),
        ] as [(String, JSONValue)]
    )
    func `an exposed service has its gateway, route, ingress and certificate`(name: String, exposure: JSONValue) throws
    {
        let settings: JSONValue = [
            "otomi": ["hasExternalDNS": true],
            "dns": ["zones": ["shop.example"], "provider": ["aws": ["region": "eu-central-1"]]],
            "ingress": ["classes": [["className": "net-a", "sourceIpAddressFiltering": "10.0.0.0/8, 192.0.2.7"]]],
        ]
        let compilation = Self.compile(exposure, settings: settings)
        #expect(compilation.faults.isEmpty)
        let objects = compilation.teamObjects(
            .istioGateway,
            .ingress,
            .virtualService,
            .certificate,
            .requestAuthentication,
            .authorizationPolicy
        )
        try Golden.expect(objects, equal: "exposure-\(name)")
    }

    @Test func `a service that stays inside has nothing outside`() {
        let compilation = Self.compile(["type": "cluster"])
        #expect(compilation.teamObjects(.istioGateway, .ingress, .virtualService, .certificate).isEmpty)
    }

    @Test func `an own certificate comes from the vault to the gateways`() throws {
        let compilation = Self.compile(["type": "public", "domain": "www.shop.example", "certName": "web-tls"])
        #expect(compilation.teamObjects(.certificate).isEmpty)
        let ingress = try #require(compilation.teamObjects(.ingress).first)
        #expect(ingress["spec"]?["tls"]?[0]?["secretName"] == "web-tls.team-demo.copy")
        let beside = compilation.layers.filter { $0.name != "platform" }.flatMap(\.objects)
            .filter { $0["metadata"]?["namespace"] == "istio-system" }
        try Golden.expect(beside, equal: "exposure-own-certificate")
    }

    @Test(
        arguments: [
            (["type": "public", "certName": "web-tls", "certArn": "arn:x"], "web-tls.team-demo.copy"),
            (["type": "public", "tlsPass": true], nil),
            (["type": "public"], "team-demo.tls"),
            (["type": "public", "domain": "Www.Shop.example"], "www.shop.example.team-demo.tls"),
        ] as [(JSONValue, String?)]
    )
    func `TLS ends with the certificate that the service asks for`(exposure: JSONValue, secret: String?) throws {
        let compilation = Self.compile(exposure)
        let ingress = try #require(compilation.teamObjects(.ingress).first)
        #expect(ingress["spec"]?["tls"]?[0]?["secretName"]?.stringValue == secret)
        let certificate = compilation.teamObjects(.certificate).first?["spec"]?["secretName"]?.stringValue
        #expect(certificate == (secret?.hasSuffix(".tls") == true ? secret : nil))
    }

    @Test func `a host behind sign-on lets people sign out, whatever its paths`() throws {
        let ingress = try #require(
            Self.compile(["type": "public", "auth": true, "paths": ["/a"]]).teamObjects(.ingress).first
        )
        let paths = ingress["spec"]?["rules"]?[0]?["http"]?["paths"]?.arrayValue?.compactMap { $0["path"]?.stringValue }
        #expect(paths == ["/a", "/logout-otomi"])
    }

    @Test func `services that share a host do not both lead to where people sign out`() {
        func exposed(_ path: JSONValue) -> JSONValue {
            ["exposure": ["domain": "www.shop.example", "auth": true, "paths": [path]]]
        }
        let compilation = Compilation(of: Trees.team(services: ["one": exposed("/a"), "two": exposed("/b")]))
        let paths = compilation.teamObjects(.ingress).flatMap { ingress in
            ingress["spec"]?["rules"]?[0]?["http"]?["paths"]?.arrayValue?.compactMap { $0["path"]?.stringValue } ?? []
        }
        #expect(paths == ["/a", "/logout-otomi", "/b"])
    }

    @Test func `default hosts of a team share one certificate and one gateway`() {
        let exposed: JSONValue = ["predeployed": "service", "exposure": ["type": "public"]]
        let compilation = Compilation(of: Trees.team(services: ["one": exposed, "two": exposed]))
        #expect(compilation.teamObjects(.certificate).count == 1)
        #expect(compilation.teamObjects(.istioGateway).count == 1)
        #expect(compilation.teamObjects(.ingress).count == 2)
    }

    @Test(
        arguments: [
            ([:], "custom-ca"), (["issuer": "letsencrypt"], "letsencrypt-production"),
            (["issuer": "letsencrypt", "stage": "staging"], "letsencrypt-staging"),
        ] as [(JSONValue, String)]
    )
    func `certificates come from the issuer of the cluster`(app: JSONValue, issuer: String) throws {
        let tree = Trees.team(
            services: ["web": ["exposure": ["type": "public"]]],
            apps: ["cert-manager": app]
        )
        let certificate = try #require(Compilation(of: tree).teamObjects(.certificate).first)
        #expect(certificate["spec"]?["issuerRef"]?["name"]?.stringValue == issuer)
    }

    @Test func `DNS records are asked for public hosts only, and with the address to publish`() throws {
        func annotations(_ type: JSONValue, settings: JSONValue) throws -> JSONValue {
            let ingress = try #require(Self.compile(["type": type], settings: settings).teamObjects(.ingress).first)
            return try #require(ingress["metadata"]?["annotations"])
        }
        let on: JSONValue = ["otomi": ["hasExternalDNS": true], "dns": ["entrypoint": "203.0.113.9"]]
        #expect(try annotations("public", settings: on)["externaldns"] == "true")
        #expect(try annotations("public", settings: on)["external-dns.alpha.kubernetes.io/target"] == "203.0.113.9")
        #expect(try annotations("private", settings: on)["externaldns"] == nil)
        #expect(try annotations("public", settings: [:])["externaldns"] == nil)
    }
}
