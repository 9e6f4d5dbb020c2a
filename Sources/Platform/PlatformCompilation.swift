package import JSON
import Values

/// What clusters with the same shared values get beside their teams.
package struct PlatformCompilation: Sendable {
    /// The layers of the platform, its sealed one included.
    package let layers: [CompiledLayer]
    /// What the layers of teams are compiled with.
    package let surroundings: TeamSurroundings
    let faults: [UnplacedFault]

    /// - Parameter shared: The effective values without teams and without what tells clusters apart; see
    ///   `ClusterSelection.sharedTree`.
    package init(of shared: JSONValue) {
        let facts = ClusterFacts(shared)
        let builder = PlatformBuilder(tree: shared, cluster: facts)
        layers = [
            CompiledLayer("platform", .platform, builder.manifests()),
            CompiledLayer(
                "confidential/platform",
                .platform,
                builder.confidentialManifests(),
                isConfidential: true
            ),
        ].compactMap(\.self)
        surroundings = TeamSurroundings(facts: facts, shared: shared)
        faults = []
    }
}

/// All that a team's layer may depend on beside the team's own values: equal surroundings and values are equal layers.
package struct TeamSurroundings: Hashable, Sendable {
    let facts: ClusterFacts
    /// The settings that a team's values are completed from: see `Derivation`.
    package let inherited: JSONValue

    init(facts: ClusterFacts, shared: JSONValue) {
        self.facts = facts
        var cluster: JSONValue = .object([:])
        cluster["domainSuffix"] = shared["cluster"]?["domainSuffix"]
        var settings: JSONValue = .object([:])
        settings["alerts"] = shared["settings"]?["alerts"]
        inherited = ["cluster": cluster, "settings": settings]
    }
}
