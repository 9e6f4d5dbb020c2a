import JSON
import Testing
import Values

@testable import Platform

/// Random values, sensible and absurd, from a seed that a failure names.
private struct ValueGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    /// A number below `bound` (xorshift64*).
    mutating func number(_ bound: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    mutating func chance(_ percent: Int) -> Bool { number(100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(elements.count)] }

    mutating func name() -> String {
        pick([
            "a", "demo", "web-api", "default", "x1", "team-a", "kube-system", "istio-system", "a.b", "UPPER", "-x", "",
            "ünïcode", String(repeating: "n", count: 60), String(repeating: "l", count: 300), "a/b", "..", "*",
        ])
    }

    mutating func junk(_ depth: Int = 3) -> JSONValue {
        switch number(depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2: return .integer(Int64(number(100_000)) - 50)
        case 3: return .number(0.5)
        case 4, 5:
            return .string(pick([name(), "/a", "//", "::", "10.0.0.1", "*.x", "public", "\u{0}", "kube-system/x"]))
        case 6: return .array((0..<number(4)).map { _ in junk(depth - 1) })
        default:
            return .object(
                Dictionary((0..<number(4)).map { _ in (name(), junk(depth - 1)) }, uniquingKeysWith: { $1 })
            )
        }
    }

    /// Mostly `value`, sometimes something else, sometimes nothing.
    mutating func mostly(_ value: JSONValue) -> JSONValue {
        switch number(20) {
        case 0: junk()
        case 1: .null
        default: value
        }
    }

    mutating func map(_ value: (inout Self) -> JSONValue) -> JSONValue {
        .object(Dictionary((0..<number(4)).map { _ in (name(), value(&self)) }, uniquingKeysWith: { $1 }))
    }

    mutating func container() -> JSONValue {
        [
            "image": mostly(["repository": mostly("nginx"), "tag": mostly("1")]),
            "resources": mostly(["limits": ["cpu": "1", "memory": "1Gi"]]),
            "env": mostly(map { $0.mostly("value") }),
            "secrets": mostly(.array([.string(name()), .string(name())])),
            "secretMounts": mostly([name(): .string(name())]),
            "files": mostly(["/etc/a": "x", "/": "y", name(): "z"]),
            "command": mostly(["run"]),
            "script": mostly("echo"),
            "annotations": mostly(map { _ in "x" }),
        ]
    }

    mutating func service() -> JSONValue {
        let exposure: JSONValue = [
            "type": mostly(.string(pick(["cluster", "private", "public"]))),
            "domain": chance(50) ? .null : mostly(.string(pick(["www.shop.example", "a.team-b.d.example", name()]))),
            "paths": mostly(.array([.string(pick(["/", "a", "/b/", name()]))])),
            "auth": mostly(.bool(chance(50))),
            "tlsPass": mostly(.bool(chance(20))),
            "forwardPath": mostly(.bool(chance(50))),
            "certName": chance(70) ? .null : mostly(.string(name())),
            "certArn": chance(80) ? .null : mostly("arn:x"),
            "ingressClassName": chance(70) ? .null : mostly(.string(name())),
            "cname": chance(70)
                ? .null : mostly(["domain": .string(name()), "tlsSecretName": mostly(.string(name()))]),
            "trafficControl": chance(70)
                ? .null
                : mostly(["enabled": mostly(true), "weightV1": mostly(.integer(Int64.max)), "weightV2": mostly(1)]),
            "headers": mostly([
                "request": mostly(["set": mostly(map { $0.mostly("v") }), "remove": mostly([.string(name())])]),
                "response": mostly(["set": mostly(map { $0.mostly("v") })]),
            ]),
        ]
        let network: JSONValue = [
            "ingressPrivate": mostly([
                "mode": mostly(.string(pick(["DenyAll", "AllowAll", "AllowOnly"]))),
                "allow": mostly([["team": .string(name()), "service": mostly(.string(name()))]]),
            ]),
            "egressPublic": mostly([
                [
                    "domain": .string(pick(["a.example", "*.b.example", "1.2.3.4", "ae::1", name()])),
                    "ports": mostly([]),
                ]
            ]),
        ]
        return [
            "port": mostly(8080),
            "container": chance(50) ? .null : mostly(container()),
            "predeployed": mostly(.string(pick(["service", "knative"]))),
            "exposure": mostly(exposure),
            "networkPolicy": mostly(network),
        ]
    }

    mutating func job() -> JSONValue {
        container().merging([
            "type": mostly(.string(pick(["Job", "CronJob"]))),
            "schedule": mostly("* * * * *"),
            "ttlSecondsAfterFinished": mostly(60),
            "init": mostly([container()]),
            "podSecurityContext": mostly(["runAsUser": 1]),
        ])
    }

    mutating func secret() -> JSONValue {
        [
            "type": mostly(.string(pick(["generic", "tls", "docker-registry"]))),
            "entries": mostly(.array([.string(name()), "TOKEN"])),
        ]
    }

    /// What an App document may say, of the catalogue or one's own.
    mutating func app() -> JSONValue {
        [
            "enabled": chance(50) ? .null : mostly(.bool(chance(50))),
            "chart": chance(50)
                ? .null
                : mostly([
                    "name": mostly("shop"), "version": mostly("1.0.0"),
                    "repository": mostly("https://charts.example.org"),
                ]),
            "namespace": chance(70) ? .null : mostly(.string(name())),
            "dependsOn": chance(50)
                ? .null : mostly(.array([mostly(.string(pick(["shop", "sample-store", name()])))])),
            "values": mostly(["a": mostly(1)]),
            "rawValues": mostly(["a": mostly(["b": "c"])]),
        ]
    }

    mutating func alerts() -> JSONValue {
        [
            "receivers": mostly(.array([.string(pick(["slack", "msteams", "email", "opsgenie", "none", name()]))])),
            "groupInterval": mostly("1m"),
            "slack": mostly(["url": mostly("https://h.example.com"), "channel": mostly(.string(name()))]),
            "msteams": mostly(["highPrio": mostly("https://t.example.com")]),
            "opsgenie": mostly(["apiKey": mostly("k"), "responders": mostly([["type": "team"]])]),
            "email": mostly(["nonCritical": mostly("a@example.org")]),
        ]
    }

    mutating func settings() -> JSONValue {
        let providers: [JSONValue] = [
            ["aws": mostly(["region": mostly("eu"), "accessKeyID": mostly("a"), "secretAccessKey": mostly("b")])],
            [
                "azure": mostly([
                    "resourceGroup": mostly("g"), "subscriptionId": mostly("s"), "aadClientSecret": mostly("p"),
                    "useManagedIdentityExtension": mostly(.bool(chance(50))),
                ])
            ],
            ["google": mostly(["project": mostly("p"), "serviceAccountKey": mostly("{}")])],
            ["other": mostly(["cert-manager": mostly(["webhook": [:]])])],
        ]
        return [
            "otomi": mostly([
                "globalPullSecret": mostly(["username": mostly("u"), "password": mostly("p")]),
                "hasExternalDNS": mostly(true), "hasExternalIDP": mostly(true),
                "hasCloudLB": mostly(.bool(chance(30))), "isHomeMonitored": mostly(true), "isMultitenant": mostly(true),
                "installsApps": mostly(false),
                "policyEngine": mostly(.string(pick(["gatekeeper", "kyverno", "none"]))),
            ]),
            "ingress": mostly([
                "routing": mostly(.string(pick(["istio", "gateway-api"]))),
                "platformClass": mostly(["sourceIpAddressFiltering": mostly("10.0.0.0/8")]),
                "classes": mostly([
                    ["className": mostly(.string(name())), "network": mostly("private")],
                    ["className": "web-api", "sourceIpAddressFiltering": mostly("10.0.0.0/8,x")],
                ]),
            ]),
            "dns": mostly([
                "zones": mostly(["shop.example"]), "entrypoint": mostly("10.0.0.2"),
                "provider": mostly(pick(providers)),
            ]),
            "alerts": mostly(alerts()),
            "home": mostly(alerts()),
            "smtp": mostly(["smarthost": mostly("mail:25"), "auth_password": mostly("p")]),
            "azure": mostly(["storageType": mostly(["fast": mostly("Premium_LRS")]), "appgw": mostly([:])]),
            "cloud": mostly(["skipStorageClasses": mostly([mostly("std")])]),
            "kms": mostly(["sops": mostly(["provider": mostly("aws"), "vault": mostly([:])])]),
        ]
    }

    mutating func policies() -> JSONValue {
        let rules = PolicyRules.all
        let pairs = (0..<number(6)).map { _ -> (String, JSONValue) in
            let rule = rules[number(rules.count)]
            var spec: JSONValue = [
                "enabled": mostly(true), "action": mostly(.string(pick(["audit", "enforce"]))),
                "exemptions": mostly([["team": .string(name()), "name": mostly("a*"), "reason": mostly("x")]]),
            ]
            for parameter in rule.parameterSchema.keys.sorted() {
                spec[parameter] = mostly(
                    pick([
                        ["latest", "*"], "2", "1Gi", ["rule": "MustRunAs", "ranges": [["min": 1, "max": 5]]],
                        "MustRunAs",
                    ])
                )
            }
            return (rule.name, mostly(spec))
        }
        return .object(Dictionary(pairs, uniquingKeysWith: { $1 }))
    }

    mutating func tree() -> JSONValue {
        let teams = map { generator in
            generator.mostly([
                "resourceQuota": generator.mostly(["pods": "1"]),
                "policies": generator.mostly(generator.policies()),
                "networkPolicy": generator.mostly(["ingressPrivate": generator.mostly(true)]),
                "limitRange": generator.mostly(["default": generator.mostly(["cpu": generator.mostly("50m")])]),
                "alerts": generator.mostly(generator.alerts()),
                "monitoringStack": generator.mostly(["enabled": generator.mostly(true)]),
                "password": generator.mostly("p"),
                "azureMonitor": generator.chance(70) ? .null : generator.mostly(["clientId": generator.mostly("c")]),
                "services": generator.mostly(generator.map { $0.mostly($0.service()) }),
                "jobs": generator.mostly(generator.map { $0.mostly($0.job()) }),
                "secrets": generator.mostly(generator.map { $0.mostly($0.secret()) }),
            ])
        }
        return [
            "derived": mostly(["oidcIssuer": mostly("https://keycloak.d.example/realms/otomi")]),
            "cluster": mostly([
                "name": "c", "domainSuffix": mostly("d.example"), "entrypoint": mostly("10.0.0.1"),
                "provider": mostly(.string(pick(["aws", "azure", "google", "onprem", name()]))),
            ]),
            "settings": mostly(settings()),
            "apps": mostly([
                "istio": mostly(["egressGateway": mostly(["enabled": mostly(true)])]), "harbor": mostly([:]),
                "loki": mostly([:]),
                "cert-manager": mostly([
                    "issuer": mostly("letsencrypt"), "stage": mostly("staging"), "email": mostly("a@b.example"),
                    "customRootCA": mostly("cert"), "customRootCAKey": mostly("key"),
                ]),
                "sample-registry": mostly(app()), "sample-store": mostly(app()), "sample-mesh": mostly(app()),
                "shop": mostly(app()), name(): mostly(app()),
            ]),
            "policies": mostly(policies()),
            "teams": mostly(teams),
        ]
    }
}

@Suite struct PropertyTests {
    @Test(arguments: 0..<20)
    func `random values never crash, and never leave the places that are theirs`(block: Int) throws {
        for seed in UInt64(block * 25)..<UInt64(block * 25 + 25) {
            var generator = ValueGenerator(seed: seed)
            let tree = generator.tree()
            let compilation = Compilation(of: tree)
            #expect(compilation == Compilation(of: tree), "seed \(seed)")
            try check(compilation, tree: tree, seed: seed)
        }
    }

    @Test(arguments: 0..<10)
    func `random App documents never crash, and leave no secret and no stranger's namespace`(block: Int) throws {
        let catalogue = try Catalogues.sample
        for seed in UInt64(block * 25)..<UInt64(block * 25 + 25) {
            var generator = ValueGenerator(seed: seed)
            let tree = generator.tree()
            let builder = AppsBuilder(tree: tree, catalogue: catalogue)
            var faults = FaultLog()
            builder.check(&faults)
            var seen: Set<String> = []
            for manifest in builder.everything where manifest.kind == .helmRelease {
                #expect(seen.insert(manifest.name).inserted, "seed \(seed): \(manifest.name) twice")
                #expect(ObjectName.isSubdomain(manifest.name), "seed \(seed)")
            }
            for manifest in builder.everything where manifest.kind == .namespace {
                #expect(!manifest.name.hasPrefix("team-"), "seed \(seed)")
                #expect(ObjectName.isLabel(manifest.name), "seed \(seed): '\(manifest.name)'")
            }
        }
    }

    private func check(_ compilation: Compilation, tree: JSONValue, seed: UInt64) throws {
        var seen: Set<String> = []
        let ofApps: Set<String> = ["apps", "apps/cluster", "confidential/cluster", "crds"]
        for layer in compilation.layers where !ofApps.contains(layer.name) {
            for object in layer.objects {
                let kinds = ObjectKind.ordered + PolicyRules.all.map { .constraint($0.constraintKind) }
                let kind = try #require(kinds.first { object.isOne(of: [$0]) }, "seed \(seed)")
                let name = try #require(object["metadata"]?["name"]?.stringValue, "seed \(seed)")
                let namespace = object["metadata"]?["namespace"]?.stringValue
                #expect(ObjectName.isSubdomain(name), "seed \(seed): \(kind) '\(name)'")
                #expect(kind.isClusterWide == (namespace == nil), "seed \(seed)")
                #expect(
                    seen.insert("\(kind)/\(namespace ?? "")/\(name)").inserted,
                    "seed \(seed): \(kind) \(name) twice"
                )
                guard layer.isOfTeams else { continue }
                if layer.name.hasPrefix("team/") {
                    #expect(namespace == "team-\(layer.name.dropFirst(5))", "seed \(seed): \(kind) in \(layer.name)")
                }
                // Who may read logs is one list for all teams.
                guard name != LogUsers.secretName || namespace != "monitoring" else { continue }
                let team = try #require(object["metadata"]?["labels"]?["otomi.io/team"]?.stringValue, "seed \(seed)")
                #expect(tree["teams"]?[team] != nil, "seed \(seed)")
                if kind == .namespace {
                    #expect(name == "team-\(team)", "seed \(seed)")
                } else {
                    let beside: Set<ObjectKind> = [
                        .ingress, .certificate, .serviceAccount, .secretStore, .externalSecret,
                        // Gateways have to be beside their pods, and policies of sign-on are for those pods.
                        .gateway, .authorizationPolicy,
                    ]
                    // A load balancer of the cloud takes Ingresses and certificates beside the ingress controllers.
                    // Flux installs charts for teams, and reads releases in its own namespace only.
                    let isRelease = namespace == "flux-system" && [.helmRelease, .secret].contains(kind)
                    let isBeside =
                        ["istio-system", "ingress"].contains(namespace) && beside.contains(kind) || isRelease
                    #expect(namespace == "team-\(team)" || isBeside, "seed \(seed): \(kind) in \(namespace ?? "-")")
                }
            }
        }
    }
}
