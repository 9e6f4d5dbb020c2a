import JSON
package import Values

/// Compiles the effective values of one cluster to everything that runs on it.
///
/// Pure: equal values give equal bytes. `PlatformCompilation`, `ClusterCompilation` and `TeamCompilation` are its parts, for
/// those who remember what they compiled.
package func compile(_ values: EffectiveValues) -> Compilation {
    compile(values.selection)
}

/// Compiles the documents that apply to one cluster.
package func compile(_ selection: ClusterSelection) -> Compilation {
    let shared = selection.sharedTree()
    let platform = PlatformCompilation(of: shared)
    let teams = selection.teams.map { team in
        TeamCompilation(
            of: team.name,
            tree: ClusterSelection.deriving(team.tree(), team: team.name, from: shared),
            surroundings: platform.surroundings,
            revision: selection.revision
        )
    }
    let cluster = ClusterCompilation(
        of: selection.clusterTree(),
        on: platform,
        monitoredTeams: teams.compactMap(\.monitoredName)
    )
    return CompilationParts(platform: platform, teams: teams).compilation(with: cluster, scope: selection.scope)
}

/// What clusters with the same documents share, compiled part by part.
package struct CompilationParts: Sendable {
    package let platform: PlatformCompilation
    package let teams: [TeamCompilation]

    package init(platform: PlatformCompilation, teams: [TeamCompilation]) {
        self.platform = platform
        self.teams = teams
    }

    /// What holds the teams' secrets in the clear; `nil` when nothing does.
    package var sealedTeamLayer: CompiledLayer? {
        let users = LogUsers.secret(of: teams.compactMap(\.team), on: platform.builder)
        let manifests = teams.flatMap(\.confidential) + [users].compactMap(\.self)
        return CompiledLayer("confidential/teams", .teams, manifests, isConfidential: true)
    }

    /// What of the teams the layers depend on that are for all of them.
    package var commonInput: CommonCompilation.Input {
        let policies = teams.compactMap { team in
            team.team.flatMap { known in team.policies.map { (known.name, $0) } }
        }
        return CommonCompilation.Input(
            policies: Dictionary(policies, uniquingKeysWith: { first, _ in first }),
            passthroughHosts: Set(teams.flatMap(\.passthroughHosts)).sorted(),
            charts: Set(teams.flatMap(\.charts))
        )
    }

    /// What is wrong in a part, or between them.
    package var unplacedFaults: [UnplacedFault] {
        var log = FaultLog()
        URLPlan.check(teams.compactMap(\.team), on: platform, &log)
        return platform.faults + teams.flatMap(\.faults) + log.faults
    }

    /// Everything put together for one cluster; `scope` tells who wrote a place of the effective values.
    func compilation(with cluster: ClusterCompilation, scope: (JSONPointer) -> Scope?) -> Compilation {
        let common = CommonCompilation(of: commonInput, on: platform)
        let layers =
            platform.layers + common.layers + cluster.layers + teams.flatMap(\.layers)
            + [sealedTeamLayer].compactMap(\.self)
        return Compilation(
            layers: layers.sorted { $0.name < $1.name },
            faults: (unplacedFaults + cluster.faults).map { $0.placed(by: scope) }.sorted()
        )
    }
}
