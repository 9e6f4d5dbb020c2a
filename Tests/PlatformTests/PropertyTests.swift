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
                "services": generator.mostly(generator.map { $0.mostly($0.service()) }),
                "jobs": generator.mostly(generator.map { $0.mostly($0.job()) }),
                "secrets": generator.mostly(generator.map { $0.mostly($0.secret()) }),
            ])
        }
        return [
            "cluster": mostly(["name": "c", "domainSuffix": mostly("d.example"), "entrypoint": mostly("10.0.0.1")]),
            "settings": mostly([
                "otomi": mostly([
                    "globalPullSecret": mostly(["username": mostly("u"), "password": mostly("p")]),
                    "hasExternalDNS": mostly(true),
                    "policyEngine": mostly(.string(pick(["gatekeeper", "kyverno", "none"]))),
                ])
            ]),
            "apps": mostly(["harbor": mostly([:]), "cert-manager": mostly(["issuer": mostly("letsencrypt")])]),
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

    private func check(_ compilation: Compilation, tree: JSONValue, seed: UInt64) throws {
        var seen: Set<String> = []
        for layer in compilation.layers {
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
                guard layer.name != "platform" else { continue }
                let team = try #require(object["metadata"]?["labels"]?["otomi.io/team"]?.stringValue, "seed \(seed)")
                #expect(tree["teams"]?[team] != nil, "seed \(seed)")
                if kind == .namespace {
                    #expect(name == "team-\(team)", "seed \(seed)")
                } else {
                    let beside: Set<ObjectKind> = [
                        .ingress, .certificate, .serviceAccount, .secretStore, .externalSecret,
                    ]
                    let isBeside = namespace == "istio-system" && beside.contains(kind)
                    #expect(namespace == "team-\(team)" || isBeside, "seed \(seed): \(kind) in \(namespace ?? "-")")
                }
            }
        }
    }
}
