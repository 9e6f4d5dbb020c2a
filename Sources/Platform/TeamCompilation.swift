package import JSON
import Values

/// What one team's values become on every cluster with the same surroundings.
package struct TeamCompilation: Sendable {
    /// The team's layer; `nil` when its document cannot be read.
    package private(set) var layer: CompiledLayer?
    /// The team, for the checks between teams.
    let team: Team?
    /// The team's name, when it has a Prometheus of its own.
    package let monitoredName: String?
    /// What the team's document says about policies.
    let policies: JSONValue?
    /// The hosts below the cluster's domain whose connections are passed through.
    let passthroughHosts: [String]
    /// The charts that the team has a release of.
    let charts: [CatalogueEntry.Chart]
    /// Objects that hold a secret in the clear.
    let confidential: [Manifest]
    let faults: [UnplacedFault]

    /// Compiles `tree`, what the team's documents say with defaults and derived values.
    ///
    /// All else that the layer depends on is in `surroundings`; what runs once for each revision is named after `revision`.
    package init(of name: String, tree: JSONValue, surroundings: TeamSurroundings, revision: Int64) {
        var log = FaultLog()
        if let team = Team(name: name, json: tree, &log) {
            ContentCheck.check(team, &log)
            QuotaCheck.check(team, &log)
            AlertsCheck.check(team, in: surroundings, &log)
            let builder = TeamBuilder(team: team, cluster: surroundings.facts, revision: revision)
            self.team = team
            let manifests = builder.manifests()
            let policies = PolicyPlan.policies(of: name, tree["policies"], in: surroundings.policies, &log)
            PolicyCheck.report(
                PolicyCheck.violations(of: name, in: manifests, against: policies),
                of: name,
                &log
            )
            passthroughHosts = builder.passthroughHosts
            charts = builder.charts
            self.policies = tree["policies"].flatMap { $0.objectValue?.isEmpty ?? true ? nil : $0 }
            layer = CompiledLayer("team/\(name)", .teams, manifests)
            confidential = builder.confidentialManifests()
            monitoredName = builder.isMonitored ? name : nil
        } else {
            team = nil
            layer = nil
            confidential = []
            monitoredName = nil
            policies = nil
            passthroughHosts = []
            charts = []
        }
        faults = log.faults
    }

    /// The layer, which is then here no more: its objects are many times the size of its file.
    package mutating func takeLayer() -> CompiledLayer? {
        defer { layer = nil }
        return layer
    }
}
