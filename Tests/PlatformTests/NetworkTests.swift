import JSON
import Testing
import Values

@testable import Platform

@Suite struct NetworkTests {
    private static func service(_ networkPolicy: JSONValue) -> JSONValue {
        ["port": 80, "predeployed": "service", "networkPolicy": networkPolicy]
    }

    @Test func `traffic is denied but from the platform and whom a service admits`() throws {
        let compilation = Compilation(
            of: Trees.monitoredTeam(services: [
                "closed": Self.service(["ingressPrivate": ["mode": "DenyAll"]]),
                "open": Self.service(["ingressPrivate": ["mode": "AllowAll"]]),
                "picky": Self.service([
                    "ingressPrivate": [
                        "mode": "AllowOnly", "allow": [["team": "one"], ["team": "two", "service": "front"]],
                    ]
                ]),
                "function": [
                    "container": Trees.container, "networkPolicy": ["ingressPrivate": ["mode": "AllowAll"]],
                ],
            ])
        )
        #expect(compilation.faults.isEmpty)
        try Golden.expect(compilation.objects(.networkPolicy), equal: "network-policies")
    }

    @Test func `where filtering is off one policy admits everybody`() throws {
        let compilation = Compilation(
            of: Trees.monitoredTeam(
                ["networkPolicy": ["ingressPrivate": false, "egressPublic": false]],
                services: ["open": Self.service(["ingressPrivate": ["mode": "AllowAll"]])]
            )
        )
        try Golden.expect(compilation.objects(.networkPolicy), equal: "network-policies-off")
        #expect(compilation.objects(.sidecar, .serviceEntry).isEmpty)
    }

    @Test func `a service that allows only nobody admits nobody`() {
        let compilation = Compilation(
            of: Trees.monitoredTeam(services: ["picky": Self.service(["ingressPrivate": ["mode": "AllowOnly"]])])
        )
        #expect(compilation.object(.networkPolicy, "picky-ingress-allow-only") == nil)
        #expect(
            compilation.objects(.networkPolicy).compactMap { $0["metadata"]?["name"]?.stringValue } == [
                "default-ingress-deny", "default-ingress-platform", "monitoring-ingress-grafana",
                "monitoring-ingress-prometheus",
            ]
        )
    }

    @Test func `outside hosts are those that services name`() throws {
        let compilation = Compilation(
            of: Trees.monitoredTeam(services: [
                "caller": Self.service([
                    "egressPublic": [
                        ["domain": "api.example.com"],
                        ["domain": "API.example.com", "ports": [["number": 80, "protocol": "HTTP"]]],
                        ["domain": "*.example.net", "ports": [["number": 443, "protocol": "HTTPS"]]],
                        ["domain": "185.199.110.153", "ports": [["number": 5432, "protocol": "TCP"]]],
                        ["domain": "ae::1", "ports": [["number": 443, "protocol": "TCP"]]],
                    ]
                ])
            ])
        )
        #expect(compilation.faults.isEmpty)
        try Golden.expect(compilation.objects(.sidecar, .serviceEntry), equal: "egress")
    }

    @Test func `[Q] the schema has the name for an outside host that is compiled`() {
        func service(_ field: String) -> JSONValue {
            ["networkPolicy": ["egressPublic": [.object([field: "api.example.com"])]]]
        }
        func faults(_ field: String) -> [String] {
            let id = DocumentID(kind: .service, team: "demo", name: "web")
            return Validator.faults(in: Document(id: id, spec: service(field))).map(\.pointer.description)
        }
        #expect(faults("domain") == [])
        #expect(faults("host").contains("/networkPolicy/egressPublic/0/host"))
        let compilation = Compilation(of: Trees.monitoredTeam(services: ["web": service("domain")]))
        #expect(compilation.objects(.serviceEntry).map { $0["spec"]?["hosts"] } == [["api.example.com"]])
    }

    @Test(arguments: [
        ("example.org", "name"), ("*.example.org", "wildcard"), ("10.0.0.1", "ipv4"), ("::1", "ipv6"),
        ("2001:db8::17", "ipv6"), ("1:2:3:4:5:6:7:8", "ipv6"), ("FE80::", "ipv6"), ("1.2.3", "name"),
        ("256.1.1.1", "name"), ("a_b.org", ""), ("1:2:3", ""), ("1::2::3", ""), ("*.", ""), ("", ""), (":::", ""),
        ("https://example.org", ""), ("12345::", ""), ("1:2:3:4:5:6:7:", ""),
    ])
    func `an egress host is a name, a wildcard or an address`(text: String, expected: String) {
        let host = EgressHost(text)
        let found =
            switch host {
            case .name: "name"
            case .wildcard: "wildcard"
            case .ipv4: "ipv4"
            case .ipv6: "ipv6"
            case nil: ""
            }
        #expect(found == expected)
        if let host { #expect(ObjectName.isSubdomain(host.objectName)) }
    }
}
