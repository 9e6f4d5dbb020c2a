package import JSON
import Values

/// What clusters with the same shared values get beside their teams.
package struct PlatformCompilation: Sendable {
    /// The layers of the platform, its sealed one included.
    package private(set) var layers: [CompiledLayer]
    /// What the layers of teams are compiled with.
    package let surroundings: TeamSurroundings
    /// The zones that somebody makes DNS records in, beside the cluster's domain.
    let zones: JSONValue?
    let builder: PlatformBuilder
    let faults: [UnplacedFault]

    /// - Parameter shared: The effective values without teams and without what tells clusters apart; see
    ///   `ClusterSelection.sharedTree`.
    package init(of shared: JSONValue) {
        var log = FaultLog()
        let apps = AppsBuilder(tree: shared)
        apps.check(&log)
        let facts = ClusterFacts(shared, apps: apps.set)
        SettingsCheck.check(shared, &log)
        IngressCheck.check(shared, &log)
        AlertsCheck.check(shared, on: facts, &log)
        _ = PolicyPlan(shared, &log)
        let builder = PlatformBuilder(tree: shared, cluster: facts, apps: apps)
        layers = [
            CompiledLayer("crds", .definitions, apps.definitions()),
            CompiledLayer("platform", .platform, builder.manifests()),
            CompiledLayer("apps", .apps, apps.groundwork() + apps.manifests()),
            CompiledLayer(
                "confidential/platform",
                .platform,
                builder.confidentialManifests() + apps.confidentialManifests(),
                isConfidential: true
            ),
        ].compactMap(\.self)
        surroundings = TeamSurroundings(facts: facts, shared: shared)
        self.builder = builder
        zones = shared["settings"]?["dns"]?["zones"]
        faults = log.faults
    }

    /// The layers, which are then here no more: their objects are many times the size of their files.
    package mutating func takeLayers() -> [CompiledLayer] {
        defer { layers = [] }
        return layers
    }
}

/// What one cluster alone gets: what names it.
package struct ClusterCompilation: Sendable {
    package let layers: [CompiledLayer]
    package let faults: [UnplacedFault]

    /// Compiles what names `cluster`, that of the effective values; see `ClusterSelection.clusterTree`.
    ///
    /// `monitoredTeams` have a Prometheus of their own, which labels alerts with the cluster.
    package init(of cluster: JSONValue, on platform: PlatformCompilation, monitoredTeams: [String]) {
        let apps = platform.builder.apps.forCluster(cluster)
        var log = FaultLog()
        apps.checkValues(&log)
        faults = log.faults
        layers = [
            CompiledLayer("apps/cluster", .apps, apps.manifests()),
            CompiledLayer("cluster", .tenancies, ClusterTitle.manifests(of: cluster, teams: monitoredTeams)),
            CompiledLayer(
                "confidential/cluster",
                .platform,
                apps.confidentialManifests(),
                isConfidential: true
            ),
        ].compactMap(\.self)
    }
}

/// All that a team's layers may depend on beside the team's own values: equal surroundings and values are equal layers.
package struct TeamSurroundings: Hashable, Sendable {
    let facts: ClusterFacts
    /// The settings that a team's values are completed from: see `Derivation`.
    package let inherited: JSONValue
    /// The platform's policies.
    let policies: JSONValue

    init(facts: ClusterFacts, shared: JSONValue) {
        self.facts = facts
        var cluster: JSONValue = .object([:])
        cluster["domainSuffix"] = shared["cluster"]?["domainSuffix"]
        var settings: JSONValue = .object([:])
        settings["alerts"] = shared["settings"]?["alerts"]
        policies = PolicyPlan.shared(in: shared)
        inherited = ["cluster": cluster, "settings": settings]
    }
}
