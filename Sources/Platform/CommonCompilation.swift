import JSON
import Values

/// What depends on all teams of a cluster together: policies that a team has its own word on, the ways to the platform's
/// interfaces, which leave alone what teams have passed through, and the sources of charts that only teams have.
package struct CommonCompilation: Sendable {
    /// What of the teams it depends on: equal inputs on one platform are equal layers.
    package struct Input: Hashable, Sendable {
        /// What each team says about policies; only teams that say something.
        let policies: [String: JSONValue]
        /// The hosts below the cluster's domain whose connections are passed through.
        let passthroughHosts: [String]
        /// The charts that some team has a release of.
        let charts: Set<CatalogueEntry.Chart>
    }

    package let layers: [CompiledLayer]

    package init(of input: Input, on platform: PlatformCompilation) {
        var tree = platform.surroundings.policies
        tree["teams"] = .object(input.policies.mapValues { ["policies": $0] })
        // Faults are reported where the parts are compiled that they are in.
        var unreported = FaultLog()
        let plan = PolicyPlan(tree, &unreported)
        let builder = platform.builder
        let excluded = Set(PolicyScope.namespaces + builder.namespaces.map(\.name)).sorted()
        let policies =
            switch plan.engine {
            case .gatekeeper: GatekeeperObjects(plan: plan, excludedNamespaces: excluded).manifests
            case .kyverno: KyvernoObjects(plan: plan, excludedNamespaces: excluded).manifests
            case .none: [Manifest]()
            }
        let routes = builder.apps.installsApps ? builder.apps.routes : []
        let interfaces = routes.isEmpty ? [] : builder.interfaces(routes, passing: input.passthroughHosts)
        layers = [
            CompiledLayer("policies", .platform, policies),
            CompiledLayer("interfaces", .apps, interfaces),
            CompiledLayer("sources", .apps, builder.apps.chartSources(ofTeams: input.charts)),
        ].compactMap(\.self)
    }
}
