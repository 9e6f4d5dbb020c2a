import JSON
import Testing

@testable import Values

@Suite("Checks between documents")
struct CrossCheckTests {
    static func document(
        _ kind: Kind,
        _ name: String,
        team: String? = nil,
        scope: Scope = .platform,
        _ spec: JSONValue = [:]
    ) -> Document {
        let owner = team ?? (kind.belongsToTeam ? "demo" : nil)
        return Document(id: DocumentID(kind: kind, scope: scope, team: owner, name: name), spec: spec)
    }

    static let base = [
        document(.team, "demo"), document(.team, "other"),
        document(.secret, "tokens", ["entries": ["A"]]), document(.secret, "cert", ["type": "tls"]),
        document(.secret, "registry", ["type": "docker-registry"]),
        document(.cluster, "eu1", scope: .cluster("eu1"), ["domainSuffix": "eu1.example.com"]),
        document(.service, "web", ["exposure": ["type": "public", "domain": "www.example.com"]]),
    ]

    struct Case: CustomTestStringConvertible {
        let document: Document
        let pointer: String
        let message: String
        var testDescription: String { "\(document.id): \(message)" }

        init(_ document: Document, _ pointer: String, _ message: String) {
            self.document = document
            self.pointer = pointer
            self.message = message
        }
    }

    @Test("finds nothing wrong with documents that fit")
    func acceptsWhatFits() {
        let documents =
            Self.base + [
                Self.document(.service, "api", ["exposure": ["domain": "www.example.com", "paths": ["/api"]]]),
                Self.document(
                    .service,
                    "more",
                    [
                        "container": ["secrets": ["tokens"], "secretMounts": ["/a": "tokens", "/b": "cert"]],
                        "exposure": ["certName": "cert"],
                        "networkPolicy": [
                            "ingressPrivate": ["allow": [["team": "demo", "service": "web"], ["team": "other"]]]
                        ],
                    ]
                ),
            ]
        #expect(Validator.faults(across: documents) == [])
    }

    @Test(
        "finds what does not fit together",
        arguments: [
            Case(document(.service, "svc", team: "gone"), "", "there is no team 'gone'"),
            Case(document(.app, "loki", scope: .group("eu")), "", "there is no group 'eu'"),
            Case(
                document(.service, "svc", ["container": ["secrets": ["tokens", "nope"]]]),
                "/container/secrets/1",
                "team 'demo' has no secret 'nope'"
            ),
            Case(
                document(.service, "svc", team: "other", ["container": ["secrets": ["tokens"]]]),
                "/container/secrets/0",
                "team 'other' has no secret 'tokens'"
            ),
            Case(
                document(.service, "svc", ["container": ["secrets": ["cert"]]]),
                "/container/secrets/0",
                "a secret of type generic is expected, 'cert' is tls"
            ),
            Case(
                document(.service, "svc", ["container": ["secretMounts": ["/x": "registry"]]]),
                "/container/secretMounts/~1x",
                "a secret of type generic or tls is expected, 'registry' is docker-registry"
            ),
            Case(
                document(.service, "svc", ["exposure": ["certName": "tokens"]]),
                "/exposure/certName",
                "a secret of type tls is expected, 'tokens' is generic"
            ),
            Case(
                document(.job, "job", ["secretMounts": ["/x": "cert"]]),
                "/secretMounts/~1x",
                "a secret of type generic is expected, 'cert' is tls"
            ),
            Case(
                document(.job, "job", ["init": [["secrets": ["nope"]]]]),
                "/init/0/secrets/0",
                "team 'demo' has no secret 'nope'"
            ),
            Case(
                document(.service, "zzz", ["exposure": ["domain": "WWW.example.com"]]),
                "/exposure",
                "https://www.example.com/ is already claimed by Service demo/web"
            ),
            Case(
                document(
                    .service,
                    "zzz",
                    team: "other",
                    ["exposure": ["type": "private", "domain": "web2.team-demo.eu1.example.com"]]
                ),
                "/exposure",
                ""
            ),
            Case(
                document(.service, String(repeating: "a", count: 45), ["exposure": ["type": "public"]]),
                "/exposure/domain",
                "a host name of at most 64 bytes is expected, on cluster 'eu1' the default is"
            ),
            Case(
                document(
                    .service,
                    "svc",
                    ["networkPolicy": ["ingressPrivate": ["allow": [["team": "demo", "service": "nope"]]]]]
                ),
                "/networkPolicy/ingressPrivate/allow/0/service",
                "team 'demo' has no service 'nope'"
            ),
            Case(
                document(.job, "only-here", scope: .cluster("eu1"), ["schedule": "@daily"]),
                "/image",
                "is required"
            ),
        ]
    )
    func finds(_ example: Case) throws {
        let faults = Validator.faults(across: Self.base + [example.document])
        guard !example.message.isEmpty else {
            #expect(faults == [])
            return
        }
        let fault = try #require(faults.first { $0.message.hasPrefix(example.message) }, "\(faults)")
        #expect(fault.pointer.description == example.pointer)
        #expect(fault.document == example.document.id)
    }

    @Test("lets two services share a host on different clusters, or the default host of another service clash")
    func respectsPlacement() {
        func service(_ name: String, _ clusters: [JSONValue], _ domain: JSONValue) -> Document {
            Self.document(
                .service,
                name,
                ["exposure": ["domain": domain, "type": "public"], "placement": ["clusters": .array(clusters)]]
            )
        }
        let apart = [service("aa", ["eu1"], "x.com"), service("bb", ["us1"], "x.com")]
        #expect(Validator.faults(across: Self.base + apart) == [])
        let together = [service("aa", ["eu1"], "x.com"), service("bb", ["us1", "eu1"], "x.com")]
        #expect(Validator.faults(across: Self.base + together).count == 1)
        let squatter = Self.document(
            .service,
            "squat",
            team: "other",
            ["exposure": ["domain": "api.team-demo.eu1.example.com"]]
        )
        let victim = Self.document(.service, "api", ["exposure": ["type": "public"]])
        #expect(Validator.faults(across: Self.base + [squatter, victim]).count == 1)
    }

    @Test("makes a missing reference as bad as is asked, but not a wrong one")
    func weighsMissingReferences() {
        let document = Self.document(.service, "svc", ["container": ["secrets": ["nope", "cert"]]])
        let faults = Validator.faults(across: Self.base + [document], missingReferences: .warning)
        #expect(faults.map(\.severity) == [.warning, .error])
    }

    @Test("reports for a change only what the change makes worse")
    func reportsChangesOnly() {
        let old = Self.base + [Self.document(.service, "old", ["container": ["secrets": ["nope"]]])]
        let harmless = Self.document(.secret, "more", ["entries": ["A"]])
        #expect(Validator.faults(changing: old, to: old + [harmless]) == [])
        let bad = Self.document(.secret, "more", ["entries": [""]])
        #expect(Validator.faults(changing: old, to: old + [bad]).map(\.pointer.description) == ["/entries/0"])
        let withoutTokens = old.filter { $0.id.name != "tokens" }
        let user = Self.document(.job, "job", ["secrets": ["tokens"]])
        let faults = Validator.faults(changing: old + [user], to: withoutTokens + [user])
        #expect(faults.map(\.message) == ["team 'demo' has no secret 'tokens'"])
        let mild = Validator.faults(changing: old + [user], to: withoutTokens + [user], missingReferences: .warning)
        #expect(mild.map(\.severity) == [.warning])
    }
}
