import JSON
import Testing

@testable import Platform

@Suite struct SignOnTests {
    private static func compile(_ service: JSONValue, style: JSONValue = "istio") -> Compilation {
        let exposed = service.merging(["exposure": ["type": "public", "auth": true]])
        return Compilation(of: Trees.team(services: ["web": exposed], settings: ["ingress": ["routing": style]]))
    }

    private static let issuer = "https://keycloak.demo.example.org/realms/otomi"

    @Test(
        arguments: [
            ("service", ["predeployed": "service", "networkPolicy": ["ingressPrivate": ["mode": "AllowAll"]]]),
            (
                "knative",
                [
                    "container": Trees.container,
                    "networkPolicy": [
                        "ingressPrivate": [
                            "mode": "AllowOnly", "allow": [["team": "blue"], ["team": "blue", "service": "x"]],
                        ]
                    ],
                ]
            ),
        ] as [(String, JSONValue)]
    )
    func `a service behind sign-on lets in its team, administrators and admitted callers`(
        name: String,
        service: JSONValue
    ) throws {
        let objects = Self.compile(service).objects(.requestAuthentication, .authorizationPolicy)
        try Golden.expect(objects, equal: "sign-on-\(name)")
    }

    /// The old product had a second rule, for requests without a principal; then only the ingress controller stood
    /// between a service and everybody.
    @Test(
        arguments: ["istio", "gateway-api"] as [JSONValue],
        [["predeployed": "service"], ["predeployed": "knative"]] as [JSONValue]
    )
    func `[Q] no rule lets requests without a principal pass`(style: JSONValue, service: JSONValue) throws {
        let compilation = Self.compile(service, style: style)
        let policy = try #require(compilation.object(.authorizationPolicy, "web"))
        #expect(policy["metadata"]?["namespace"] == "team-demo")
        #expect(policy["spec"]?["action"] == "ALLOW")
        for rule in policy["spec"]?["rules"]?.arrayValue ?? [] {
            let sources = rule["from"]?.arrayValue ?? []
            #expect(!sources.isEmpty)
            for source in sources {
                let source = source["source"]
                #expect(source?["notRequestPrincipals"] == nil)
                let principals = source?["requestPrincipals"]?.arrayValue ?? []
                let namespaces = source?["namespaces"]?.arrayValue ?? []
                #expect(principals == [.string("\(Self.issuer)/*")] || namespaces == ["knative-serving"])
                #expect(principals.isEmpty || rule["when"]?[0]?["key"] == "request.auth.claims[groups]")
                #expect(namespaces.isEmpty || rule["to"] != nil)
            }
        }
    }

    @Test(
        arguments: [
            ([], nil, false), (["team-other"], nil, false), (["team-demo"], nil, true), (["admin"], nil, true),
            ([], "team-blue", false), (nil, "istio-system", false), (nil, nil, false),
        ] as [([String]?, String?, Bool)]
    )
    func `a token of another team is refused`(groups: [String]?, namespace: String?, isAdmitted: Bool) throws {
        let policy = try #require(Self.compile(["predeployed": "service"]).object(.authorizationPolicy, "web"))
        let admitted = (policy["spec"]?["rules"]?.arrayValue ?? []).contains { rule in
            let source = rule["from"]?[0]?["source"]
            if let namespaces = source?["namespaces"]?.arrayValue {
                return namespace.map { namespaces.contains(.string($0)) } ?? false
            }
            guard let groups, source?["requestPrincipals"] != nil else { return false }
            let allowed = rule["when"]?[0]?["values"]?.arrayValue ?? []
            return groups.contains { allowed.contains(.string($0)) }
        }
        #expect(admitted == isAdmitted)
    }

    @Test func `tokens are checked against the realm of the cluster and for our client`() throws {
        let object = try #require(Self.compile(["predeployed": "service"]).object(.requestAuthentication, "web"))
        let rule = object["spec"]?["jwtRules"]?[0]
        #expect(rule?["issuer"]?.stringValue == Self.issuer)
        #expect(rule?["jwksUri"]?.stringValue == "\(Self.issuer)/protocol/openid-connect/certs")
        #expect(rule?["audiences"] == ["otomi"])
    }

    @Test func `a service without sign-on is left alone`() {
        let compilation = Compilation(of: Trees.team(services: ["web": ["exposure": ["type": "public"]]]))
        #expect(compilation.teamObjects(.requestAuthentication, .authorizationPolicy).isEmpty)
    }

    @Test func `the gateway asks the proxy about each request, except that to sign out`() throws {
        let compilation = Self.compile(["predeployed": "service"], style: "gateway-api")
        let policy = try #require(compilation.object(.authorizationPolicy, "web.team-demo.sign-on"))
        #expect(policy["spec"]?["action"] == "CUSTOM")
        #expect(policy["spec"]?["provider"]?["name"] == "oauth2-proxy")
        let operation = policy["spec"]?["rules"]?[0]?["to"]?[0]?["operation"]
        #expect(operation?["hosts"] == ["web.team-demo.demo.example.org", "web.team-demo.demo.example.org:*"])
        #expect(operation?["notPaths"] == ["/logout-otomi"])
    }

    @Test func `sign-on at the gateway leaves connections alone that are passed through`() throws {
        let compilation = Compilation(
            of: Trees.team(
                services: [
                    "pay": ["exposure": ["type": "public", "tlsPass": true]],
                    "web": ["exposure": ["type": "public", "auth": true]],
                ],
                settings: ["ingress": ["routing": "gateway-api"]]
            )
        )
        let policy = try #require(compilation.object(.authorizationPolicy, "web.team-demo.sign-on"))
        let condition = policy["spec"]?["rules"]?[0]?["when"]?[0]
        #expect(condition?["key"] == "connection.sni")
        #expect(condition?["values"] == ["*.team-demo.demo.example.org"])
        #expect(condition?["notValues"] == ["pay.team-demo.demo.example.org"])
    }
}
