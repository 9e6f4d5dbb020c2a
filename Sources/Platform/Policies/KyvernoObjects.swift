import JSON

/// The policies for Kyverno: a ClusterPolicy for each that holds anywhere, with a rule for the platform, and one for every
/// team that has its own.
struct KyvernoObjects {
    let plan: PolicyPlan
    let excludedNamespaces: [String]

    private static let kinds: JSONValue = .array(
        Workload.kinds.flatMap { group, kinds in
            kinds.map { JSONValue.string(group == "serving.knative.dev" ? "\(group)/v1/\($0)" : $0) }
        }
    )

    var manifests: [Manifest] {
        PolicyRules.all.compactMap { rule in
            let differing = plan.teams(differingIn: rule.name)
            var rules: [JSONValue] = []
            var severity = "medium"
            if let policy = plan.platform[rule.name] {
                severity = policy.severity
                let excluded = excludedNamespaces + differing.map { "team-\($0.team)" }
                rules += self.rules("platform", policy, exempt: nil, within: nil, excluded)
            }
            for (team, policy) in differing {
                if plan.platform[rule.name] == nil { severity = policy.severity }
                rules += self.rules("team-\(team)", policy, exempt: team, within: "team-\(team)", [])
            }
            return rules.isEmpty ? nil : clusterPolicy(rule, severity, rules)
        }
    }

    private func clusterPolicy(_ rule: any PolicyRule.Type, _ severity: String, _ rules: [JSONValue]) -> Manifest {
        Manifest(
            .clusterPolicy,
            rule.name,
            annotations: [
                // Our rules name every kind themselves.
                "pod-policies.kyverno.io/autogen-controllers": "none",
                "policies.kyverno.io/title": rule.title,
                "policies.kyverno.io/severity": severity,
            ],
            ["spec": ["background": true, "rules": .array(rules)]]
        )
    }

    /// A policy that has nothing to say with its parameters has no rule.
    private func rules(
        _ name: String,
        _ policy: Policy,
        exempt team: String?,
        within namespace: String?,
        _ excludedNamespaces: [String]
    ) -> [JSONValue] {
        let conditions = policy.rule.conditions
        guard !conditions.isEmpty else { return [] }
        let exemptions = policy.exemptions.filter { exemption in team.map(exemption.concerns) ?? true }
        let resources = JSONValue.members([
            "kinds": Self.kinds,
            "operations": ["CREATE", "UPDATE"],
            "namespaces": namespace.map { [$0] },
        ])
        var excluded: [JSONValue] = excludedNamespaces.isEmpty ? [] : [["namespaces": excludedNamespaces.json]]
        excluded.append([
            "namespaceSelector": ["matchLabels": [PolicyScope.label: .string(PolicyScope.disabled)]]
        ])
        excluded += exemptions.filter { $0.container == nil }.flatMap(Self.exclusions)
        return [
            [
                "name": .string(name),
                "match": ["any": [["resources": resources]]],
                "exclude": ["any": .array(excluded.map { ["resources": $0] })],
                "validate": [
                    "failureAction": policy.action == .enforce ? "Enforce" : "Audit",
                    "message": .string(type(of: policy.rule).title),
                    "cel": [
                        "variables": Self.variables(exempting: exemptions.filter { $0.container != nil }),
                        "expressions": .array(
                            conditions.map {
                                ["expression": .string($0.expression), "message": .string($0.message)]
                            }
                        ),
                    ],
                ],
            ]
        ]
    }

    /// An object is exempt by its own name, and by that of the document it was made of.
    private static func exclusions(_ exemption: PolicyExemption) -> [JSONValue] {
        let base = JSONValue.members([
            "namespaces": [exemption.namespace],
            "kinds": exemption.kind.map { [$0 == "Service" ? "serving.knative.dev/v1/Service" : $0] },
        ])
        guard let name = exemption.name else { return [base] }
        let labels = ["otomi.io/service", "otomi.io/job"].map { label in
            base.merging(["selector": ["matchLabels": [label: .string(name)]]])
        }
        return [base.merging(["names": [.string(name)]])] + labels
    }

    /// What the conditions are written with.
    private static func variables(exempting exemptions: [PolicyExemption]) -> JSONValue {
        let template = "object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template : object.spec.template"
        let metadata = "variables.template.metadata"
        let isExempt = exemptions.map(condition).joined(separator: " || ")
        let filter = exemptions.isEmpty ? "" : ".filter(c, !(\(isExempt)))"
        func list(_ member: String) -> String {
            "(has(variables.pod.\(member)) ? variables.pod.\(member)\(filter) : [])"
        }
        let running = "\(list("initContainers")) + \(list("containers"))"
        let all: [(name: String, expression: String)] = [
            ("template", "object.kind == 'Pod' ? object : \(template)"),
            ("pod", "variables.template.spec"),
            ("annotations", "has(\(metadata)) && has(\(metadata).annotations) ? \(metadata).annotations : {}"),
            ("running", running),
            ("containers", "variables.running + \(list("ephemeralContainers"))"),
        ]
        return .array(all.map { ["name": .string($0.name), "expression": .string($0.expression)] })
    }

    /// Whether an exemption speaks of container `c`.
    private static func condition(_ exemption: PolicyExemption) -> String {
        var parts = [
            "c.name == \(CEL.text(exemption.container ?? ""))",
            CEL.matches("object.metadata.namespace", [exemption.namespace]),
        ]
        if let kind = exemption.kind { parts.append("object.kind == \(CEL.text(kind))") }
        if let name = exemption.name {
            let labels = ["otomi.io/service", "otomi.io/job"].map { label in
                "(has(object.metadata.labels) && '\(label)' in object.metadata.labels && "
                    + "\(CEL.matches("object.metadata.labels['\(label)']", [name])))"
            }
            let own = "(has(object.metadata.name) && \(CEL.matches("object.metadata.name", [name])))"
            parts.append("(\(([own] + labels).joined(separator: " || ")))")
        }
        return "(\(parts.joined(separator: " && ")))"
    }
}
