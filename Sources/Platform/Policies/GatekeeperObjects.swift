import JSON

/// The policies for Gatekeeper: a template for each that holds anywhere, a constraint for the platform, and one for every
/// team that has its own.
struct GatekeeperObjects {
    let plan: PolicyPlan
    let excludedNamespaces: [String]

    var manifests: [Manifest] {
        PolicyRules.all.flatMap { rule -> [Manifest] in
            let differing = plan.teams(differingIn: rule.name)
            var constraints: [Manifest] = []
            if let policy = plan.platform[rule.name] {
                let excluded = excludedNamespaces + differing.map { "team-\($0.team)" }
                constraints.append(
                    constraint(rule, "platform", policy, exempt: nil, ["excludedNamespaces": excluded.json])
                )
            }
            for (team, policy) in differing {
                let namespace = "team-\(team)"
                constraints.append(
                    constraint(rule, namespace, policy, exempt: team, ["namespaces": [.string(namespace)]])
                )
            }
            return constraints.isEmpty ? [] : [template(rule)] + constraints
        }
    }

    private func template(_ rule: any PolicyRule.Type) -> Manifest {
        var properties = rule.parameterSchema
        properties["exemptions"] = ParameterSchema.exemptions
        return Manifest(
            .constraintTemplate,
            rule.constraintKind.lowercased(),
            annotations: ["metadata.gatekeeper.sh/title": rule.title],
            [
                "spec": [
                    "crd": [
                        "spec": [
                            "names": ["kind": .string(rule.constraintKind)],
                            "validation": [
                                "openAPIV3Schema": ["type": "object", "properties": .object(properties)]
                            ],
                        ]
                    ],
                    "targets": [
                        [
                            "target": "admission.k8s.gatekeeper.sh",
                            "rego": .string(RegoLibrary.module(rule)),
                            "libs": [.string(RegoLibrary.text)],
                        ]
                    ],
                ]
            ]
        )
    }

    /// A constraint's name is a label's value in Gatekeeper's own objects, so it has to be short; its kind says the rest.
    ///
    /// The exemptions of `team` alone count, or those of all teams without one.
    private func constraint(
        _ rule: any PolicyRule.Type,
        _ name: String,
        _ policy: Policy,
        exempt team: String?,
        _ places: [String: JSONValue]
    ) -> Manifest {
        let kinds = Workload.kinds.map { group, kinds in
            JSONValue.object(["apiGroups": [.string(group)], "kinds": kinds.json])
        }
        let selector: JSONValue = [
            "matchExpressions": [
                [
                    "key": .string(PolicyScope.label), "operator": "NotIn",
                    "values": [.string(PolicyScope.disabled)],
                ]
            ]
        ]
        let match = places.merging(["kinds": .array(kinds), "namespaceSelector": selector]) { _, own in own }
        var parameters = policy.parameters
        let exemptions = policy.exemptions.filter { exemption in team.map(exemption.concerns) ?? true }
        if !exemptions.isEmpty { parameters["exemptions"] = .array(exemptions.map(\.parameter)) }
        return Manifest(
            .constraint(rule.constraintKind),
            name,
            annotations: ["otomi.io/severity": policy.severity],
            [
                "spec": .members([
                    "enforcementAction": policy.action == .enforce ? "deny" : "dryrun",
                    "match": match,
                    "parameters": parameters,
                ])
            ]
        )
    }
}
