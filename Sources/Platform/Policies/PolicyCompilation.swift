package import JSON
import Values

/// What holds the policies in force on a cluster: the platform's, and those of teams with a word of their own.
package struct PolicyCompilation: Sendable {
    /// All that the layer depends on: equal inputs are equal layers.
    package struct Input: Hashable, Sendable {
        /// What of the platform's values the policies are.
        let shared: JSONValue
        /// What each team says about policies; only teams that say something.
        let teams: [String: JSONValue]
        let excludedNamespaces: [String]
    }

    package let layer: CompiledLayer?

    package init(of input: Input) {
        var tree = input.shared
        tree["teams"] = .object(input.teams.mapValues { ["policies": $0] })
        // Faults are reported where the parts are compiled that they are in.
        var unreported = FaultLog()
        let plan = PolicyPlan(tree, &unreported)
        let manifests =
            switch plan.engine {
            case .gatekeeper: GatekeeperObjects(plan: plan, excludedNamespaces: input.excludedNamespaces).manifests
            case .kyverno: KyvernoObjects(plan: plan, excludedNamespaces: input.excludedNamespaces).manifests
            case .none: [Manifest]()
            }
        layer = CompiledLayer("policies", .platform, manifests)
    }
}

extension PolicyPlan {
    /// The part of the shared values that policies are read from.
    static func shared(in tree: JSONValue) -> JSONValue {
        var otomi: JSONValue = .object([:])
        otomi["policyEngine"] = tree["settings"]?["otomi"]?["policyEngine"]
        return ["settings": ["otomi": otomi], "policies": tree["policies"] ?? .object([:])]
    }

    /// The policies that hold for one team; what is wrong with the team's own word is reported.
    static func policies(of team: String, _ own: JSONValue?, in shared: JSONValue, _ faults: inout FaultLog) -> [Policy] {
        var tree = shared
        if let own { tree["teams"] = .object([team: ["policies": own]]) }
        var found = FaultLog()
        let plan = PolicyPlan(tree, &found)
        faults.add(found.faults.filter { $0.kind == .team })
        return plan.policies(of: team)
    }
}
