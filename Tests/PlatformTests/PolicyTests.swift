import JSON
import PlatformTestSupport
import Testing
import Values

@testable import Platform

@Suite struct PolicyTests {
    /// Every policy with the parameters that the schemas have by default, and switched on.
    private static let everyPolicy: JSONValue = {
        var policies: [String: JSONValue] = [:]
        for name in Schema.names(of: .policy) {
            let spec: JSONValue = name == "psp-allowed-repos" ? ["repos": ["harbor.example"]] : [:]
            let enabled = spec.merging(["enabled": true])
            policies[name] = Schema.compiled(.policy, name: name)?.fillingDefaults(in: enabled) ?? enabled
        }
        return .object(policies)
    }()

    private static func tree(_ policies: JSONValue, team: JSONValue = [:], engine: String = "gatekeeper") -> JSONValue {
        var tree = Trees.team(team, settings: ["otomi": ["policyEngine": .string(engine)]])
        tree["policies"] = policies
        return tree
    }

    private static func isPolicyObject(_ object: JSONValue) -> Bool {
        let group = object["apiVersion"]?.stringValue ?? ""
        return group.contains("gatekeeper.sh") || group.contains("kyverno.io")
    }

    // MARK: - Objects

    private static let teamsWord: JSONValue = [
        "policies": [
            "banned-image-tags": ["action": "enforce", "tags": ["dev"]],
            "container-limits": ["cpu": "1"],
        ]
    ]

    private static var adjusted: JSONValue {
        everyPolicy.merging([
            "psp-privileged": [
                "action": "enforce", "severity": "high",
                "exemptions": [
                    [
                        "team": "demo", "kind": "Job", "name": "driver*", "reason": "loads a driver",
                        "until": "2027-01-31",
                    ],
                    ["team": "other", "container": "vpn", "reason": "makes a tunnel"],
                ],
            ]
        ])
    }

    @Test func `Gatekeeper gets a template for each policy, and constraints for platform and teams`() throws {
        let objects = Compilation(of: Self.tree(Self.adjusted, team: Self.teamsWord)).objects
        try Golden.expect(objects.filter(Self.isPolicyObject), equal: "policies-gatekeeper")
    }

    @Test func `Kyverno gets a policy for each, with rules for platform and teams`() throws {
        let objects = Compilation(of: Self.tree(Self.adjusted, team: Self.teamsWord, engine: "kyverno")).objects
        try Golden.expect(objects.filter(Self.isPolicyObject), equal: "policies-kyverno")
    }

    @Test func `each policy has the constraint kind that it is known by`() {
        let kinds = Set(PolicyRules.all.map { $0.constraintKind })
        #expect(
            kinds == [
                "PspAllowedRepos", "BannedImageTags", "ContainerLimits", "PspAllowedUsers", "PspHostFilesystem",
                "PspHostNetworkingPorts", "PspPrivileged", "PspApparmor", "PspCapabilities", "PspForbiddenSysctls",
                "PspHostSecurity", "PspSeccomp", "PspSelinux",
            ]
        )
    }

    @Test func `without an engine nothing is installed, and the policies hold for what is compiled`() {
        let job = Trees.container.merging(["script": "run", "image": ["repository": "nginx", "tag": "latest"]])
        var tree = Self.tree(["banned-image-tags": ["tags": ["latest"], "action": "enforce"]], engine: "none")
        tree["teams"] = ["demo": ["jobs": ["migrate": job], "services": [:], "secrets": [:]]]
        let compilation = Compilation(of: tree)
        #expect(!compilation.objects.contains(where: Self.isPolicyObject))
        #expect(compilation.faults.map(\.pointer.description) == ["/image/tag"])
    }

    @Test func `a policy that no document speaks of, or that is off, leaves nothing`() {
        #expect(!Compilation(of: Self.tree([:])).objects.contains(where: Self.isPolicyObject))
        let off = Compilation(of: Self.tree(["psp-privileged": ["enabled": false]]))
        #expect(!off.objects.contains(where: Self.isPolicyObject))
    }

    @Test func `audit reports and enforce denies`() {
        for (action, expected) in [("audit", "dryrun"), ("enforce", "deny")] {
            let objects = Compilation(of: Self.tree(["psp-privileged": ["action": .string(action)]])).objects
            let constraint = objects.first { $0["kind"] == "PspPrivileged" }
            #expect(constraint?["spec"]?["enforcementAction"]?.stringValue == expected)
        }
    }

    @Test func `platform namespaces and those with policy checks disabled are left alone`() {
        let objects = Compilation(of: Self.tree(["psp-privileged": [:]])).objects
        let match = objects.first { $0["kind"] == "PspPrivileged" }?["spec"]?["match"]
        let excluded = match?["excludedNamespaces"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(Set(["kube-system", "istio-system", "gatekeeper-system"]).isSubset(of: excluded))
        #expect(!excluded.contains("team-demo"))
        #expect(match?["namespaceSelector"]?["matchExpressions"]?[0]?["key"] == "otomi.io/policy-checks")
    }

    // MARK: - Teams

    @Test func `a team's word is added to the platform's`() throws {
        var faults = FaultLog()
        let plan = PolicyPlan(Self.tree(Self.everyPolicy, team: Self.teamsWord), &faults)
        #expect(faults.placed == [])
        let policies = Dictionary(uniqueKeysWithValues: plan.policies(of: "demo").map { ($0.name, $0) })
        #expect(policies.count == 13)
        #expect(policies["banned-image-tags"]?.parameters["tags"] == ["latest", "dev"])
        #expect(policies["banned-image-tags"]?.action == .enforce)
        #expect(policies["container-limits"]?.parameters == ["cpu": "1", "memory": "2000Mi"])
        #expect(policies["container-limits"]?.action == .audit)
        #expect(plan.policies(of: "other").first { $0.name == "banned-image-tags" }?.action == .audit)
    }

    @Test func `a team switches on what the platform says nothing about`() {
        let team: JSONValue = ["policies": ["psp-seccomp": ["enabled": true]]]
        let objects = Compilation(of: Self.tree([:], team: team)).objects.filter(Self.isPolicyObject)
        #expect(objects.map { $0["metadata"]?["name"]?.stringValue } == ["pspseccomp", "team-demo"])
        #expect(objects.last?["spec"]?["parameters"] == ["allowedProfiles": ["runtime/default"]])
        #expect(objects.last?["spec"]?["match"]?["namespaces"] == ["team-demo"])
    }

    @Test func `what a team may not loosen stays as the platform has it`() {
        var faults = FaultLog()
        let team: JSONValue = ["policies": ["container-limits": ["cpu": "64"]]]
        let plan = PolicyPlan(Self.tree(Self.everyPolicy, team: team), &faults)
        #expect(faults.placed.count == 1)
        #expect(plan.policies(of: "demo").first { $0.name == "container-limits" }?.parameters["cpu"] == "2")
    }

    // MARK: - Defects avoided

    @Test func `not access controlled: annotations of a pod exempt from nothing`() {
        let annotations: JSONValue = [
            "policy.otomi.io/ignore": "banned-image-tags", "policy.otomi.io/ignore.main": "banned-image-tags",
            "policy.otomi.io/parameters.banned-image-tags": "{\"tags\":[]}",
        ]
        let job = Trees.container.merging([
            "script": "run", "image": ["repository": "nginx", "tag": "latest"], "annotations": annotations,
        ])
        var tree = Self.tree(["banned-image-tags": ["tags": ["latest"]]])
        tree["teams"] = ["demo": ["jobs": ["migrate": job], "services": [:], "secrets": [:]]]
        #expect(Compilation(of: tree).faults.count == 1)
        tree["policies"] = [
            "banned-image-tags": ["tags": ["latest"], "exemptions": [["team": "demo", "reason": "legacy"]]]
        ]
        #expect(Compilation(of: tree).faults == [])
    }

    @Test func `ports themselves unchecked: a port of the node is a violation without the node's network`() throws {
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "Pod",
            "spec": ["containers": [["name": "a", "ports": [["containerPort": 80, "hostPort": 80]]]]],
        ]
        let workload = try #require(Workload(object))
        #expect(try HostNetworkingPorts(json: [:]).findings(in: workload).count == 1)
    }

    // MARK: - What we compile ourselves

    @Test(.enabled(if: Fixtures.arePresent, "the fixtures are not here"))
    func `the violations of a real values repository are told one by one`() throws {
        let faults = compile(try Fixtures.values()).faults
        #expect(faults.allSatisfy { $0.severity == .warning })
        try Golden.expect(faults.map(\.json), equal: "fixture-violations")
    }

    @Test func `a job without a word on security violates no policy that is on by default`() {
        var policies: [String: JSONValue] = [:]
        for name in Schema.names(of: .policy) {
            let spec = Schema.compiled(.policy, name: name)?.fillingDefaults(in: [:])
            policies[name] = spec?.merging(["action": "enforce"])
        }
        let job = Trees.container.merging(["script": "run", "init": [Trees.container.merging(["script": "wait"])]])
        var tree = Self.tree(.object(policies))
        tree["teams"] = ["demo": ["jobs": ["migrate": job], "services": [:], "secrets": [:]]]
        #expect(Compilation(of: tree).faults == [])
    }

    @Test(arguments: [
        "", "1.2.3", ".5", "5.", "-1", "+1", "1e", "1e-3", "1Kib", "m", "0x10", "1 ", "ünï", "99999999999999999999",
    ])
    func `no quantity is made of`(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test func `quantities are exact`() throws {
        let equal = [
            ("1", "1000m"), ("0.1", "100m"), ("1Ki", "1024"), ("1.5Gi", "1610612736"), ("1e3", "1k"), ("1E", "1E18"),
        ]
        for (left, right) in equal { #expect(Quantity(left) == Quantity(right), "\(left) \(right)") }
        #expect(try #require(Quantity("2000Mi")) < #require(Quantity("2Gi")))
        #expect(try #require(Quantity("1000000001n")) > #require(Quantity("1")))
    }
}
