package import JSON
import Values

/// What one team's values become on every cluster with the same surroundings.
package struct TeamCompilation: Sendable {
    /// What the platform sets for the team, and what is the team's own; none when its document cannot be read.
    package private(set) var layers: [CompiledLayer]
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
    /// All else that the layers depend on is in `surroundings`; what runs once for each revision is named after `revision`.
    package init(of name: String, tree: JSONValue, surroundings: TeamSurroundings, revision: Int64) {
        var log = FaultLog()
        if let team = Team(name: name, json: tree, &log) {
            ContentCheck.check(team, &log)
            QuotaCheck.check(team, &log)
            AlertsCheck.check(team, in: surroundings, &log)
            let builder = TeamBuilder(team: team, cluster: surroundings.facts, revision: revision)
            self.team = team
            let objects = builder.objects()
            let policies = PolicyPlan.policies(of: name, tree["policies"], in: surroundings.policies, &log)
            PolicyCheck.report(
                PolicyCheck.violations(of: name, in: objects.all, against: policies),
                of: name,
                &log
            )
            passthroughHosts = builder.passthroughHosts
            charts = builder.charts
            self.policies = tree["policies"].flatMap { $0.objectValue?.isEmpty ?? true ? nil : $0 }
            layers = [
                CompiledLayer("tenancy/\(name)", .tenancies, objects.tenancy),
                CompiledLayer("team/\(name)", .teams, objects.own),
            ].compactMap(\.self)
            confidential = builder.confidentialManifests()
            monitoredName = builder.isMonitored ? name : nil
        } else {
            team = nil
            layers = []
            confidential = []
            monitoredName = nil
            policies = nil
            passthroughHosts = []
            charts = []
        }
        faults = log.faults
    }

    /// The layers, which are then here no more: their objects are many times the size of their files.
    package mutating func takeLayers() -> [CompiledLayer] {
        defer { layers = [] }
        return layers
    }
}
