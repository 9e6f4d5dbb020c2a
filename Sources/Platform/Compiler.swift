import JSON
package import Values

/// Compiles the effective values of one cluster to everything that runs on it.
///
/// Pure: equal values give equal bytes. A team's layer follows from that team's documents and the few facts of the cluster
/// that its objects name (`ClusterFacts`), so clusters with the same inputs share the layer.
package func compile(_ values: EffectiveValues) -> Compilation {
    var compiler = Compiler(tree: values.tree) { pointer in
        guard case .document(let scope)? = values.origin(at: pointer)?.source else { return nil }
        return scope
    }
    return compiler.compilation()
}

/// One run over one cluster's values.
struct Compiler {
    private let tree: JSONValue
    private var faults: FaultLog

    /// - Parameters:
    ///   - tree: The effective values.
    ///   - scope: The scope that wrote the value at a place of the tree.
    init(tree: JSONValue, scope: @escaping (JSONPointer) -> Scope? = { _ in nil }) {
        self.tree = tree
        faults = FaultLog(scope: scope)
    }

    /// The layers, and the faults of what could not become one.
    mutating func compilation() -> Compilation {
        let cluster = ClusterFacts(tree)
        let teams = Team.all(in: tree, &faults)
        ContentCheck.check(teams, &faults)
        URLPlan.check(teams, on: cluster, &faults)

        let policies = PolicyPlan(tree, &faults)
        let platform = PlatformBuilder(tree: tree, cluster: cluster)
        var layers = [CompiledLayer(name: "platform", wave: 0, objects: platform.manifests().layerObjects())]
        var confidential = platform.confidentialManifests()
        for team in teams {
            let builder = TeamBuilder(team: team, cluster: cluster)
            let manifests = builder.manifests()
            let violations = PolicyCheck.violations(
                of: team.name,
                in: manifests,
                against: policies.policies(of: team.name)
            )
            PolicyCheck.report(violations, of: team.name, &faults)
            layers.append(
                CompiledLayer(name: "team/\(team.name)", wave: 1, objects: manifests.layerObjects())
            )
            confidential += builder.confidentialManifests()
        }
        if !confidential.isEmpty {
            layers.append(
                CompiledLayer(
                    name: "confidential",
                    wave: 1,
                    objects: confidential.layerObjects(),
                    isConfidential: true
                )
            )
        }
        return Compilation(layers: layers.sorted { $0.name < $1.name }, faults: faults.sorted)
    }
}
