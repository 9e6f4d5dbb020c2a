package import Bundles
import JSON
import Platform
import Synchronization
package import Values

/// Compiles clusters' values to layers, and remembers the parts.
///
/// A part is remembered by the numbers of the documents it was made of (`DocumentStamps`) and what surrounds them, so a
/// change costs one compilation for each distinct input that it touches: not for each cluster, and not for what stays.
package final class BundleCompiler: Sendable {
    private struct PlatformKey: Hashable {
        let stamps: [Int32]
        let provider: String
        let region: String
    }

    private struct PlatformPart {
        let id: Int
        let shared: JSONValue
        let compilation: PlatformCompilation
        let layers: [CompiledBundle.Layer]
        /// Stands for the surroundings of teams: equal ones have the same number.
        let surroundings: Int
    }

    private struct TeamKey: Hashable {
        let stamps: [Int32]
        let surroundings: Int
        /// Set when something of the team runs anew with every revision.
        let revision: Int64?
    }

    private struct TeamPart {
        let id: Int
        let compilation: TeamCompilation
        let layers: [CompiledBundle.Layer]
    }

    private struct ClusterKey: Hashable {
        let platform: Int
        let cluster: ClusterIdentity
        let stamp: Int32
        let monitoredTeams: [String]
    }

    private struct ClusterPart {
        let faults: [UnplacedFault]
        let layers: [CompiledBundle.Layer]
    }

    private struct CommonKey: Hashable {
        let platform: Int
        let input: CommonCompilation.Input
    }

    /// The parts that clusters with the same documents share, put together.
    private struct WholeKey: Hashable {
        let platform: Int
        let teams: [Int]
    }

    private struct Whole {
        let layers: [CompiledBundle.Layer]
        let faults: [UnplacedFault]
    }

    private struct Memo {
        var commons: GenerationalMemo<CommonKey, [CompiledBundle.Layer]>
        var stamps = DocumentStamps()
        var platforms: GenerationalMemo<PlatformKey, PlatformPart>
        var surroundings: [TeamSurroundings: Int] = [:]
        var teams: GenerationalMemo<TeamKey, TeamPart>
        var clusters: GenerationalMemo<ClusterKey, ClusterPart>
        var wholes: GenerationalMemo<WholeKey, Whole>
        private(set) var lastID = 0

        init(maximumBytes: Int) {
            platforms = GenerationalMemo(maximumCost: maximumBytes)
            teams = GenerationalMemo(maximumCost: maximumBytes)
            clusters = GenerationalMemo(maximumCost: maximumBytes)
            commons = GenerationalMemo(maximumCost: maximumBytes)
            wholes = GenerationalMemo(maximumCost: maximumBytes)
        }

        mutating func nextID() -> Int {
            lastID += 1
            return lastID
        }
    }

    private let memo: Mutex<Memo>
    private let remembers: Bool

    /// Remembers parts of about `maximumBytes` for each kind of part; with 0, nothing.
    package init(maximumBytes: Int = 256 * 1024 * 1024) {
        memo = Mutex(Memo(maximumBytes: maximumBytes))
        remembers = maximumBytes > 0
    }

    /// How many numbers were given to parts so far: none for what is remembered.
    var compiledParts: Int { memo.withLock(\.lastID) }

    /// Prepares the documents of a revision; what is unchanged since another one is recognised.
    package func index(_ documents: [StoredDocument], revision: Int64) -> DocumentIndex {
        memo.withLock { DocumentIndex(documents, revision: revision, stamps: &$0.stamps) }
    }

    /// Compiles what the documents of `index` mean for `cluster`.
    ///
    /// - Throws: `BundleError` when a compiled object is no object.
    package func compile(cluster: ClusterIdentity, _ index: DocumentIndex) throws(BundleError) -> CompiledBundle {
        try compile(index.selection(for: cluster))
    }

    /// Compiles the documents that apply to one cluster; `selection` is of an index that this compiler has made.
    ///
    /// - Throws: `BundleError` when a compiled object is no object.
    func compile(_ selection: ClusterSelection) throws(BundleError) -> CompiledBundle {
        let platform = try platform(selection)
        var teams: [TeamPart] = []
        teams.reserveCapacity(selection.teams.count)
        for team in selection.teams { teams.append(try self.team(team, selection.revision, platform)) }
        let whole = try whole(platform, teams)
        let own = try self.cluster(selection, platform, monitoredTeams: teams.compactMap(\.compilation.monitoredName))
        let faults = whole.faults + own.faults
        return CompiledBundle(
            layers: (whole.layers + own.layers).sorted { $0.name < $1.name },
            faults: faults.isEmpty ? [] : faults.map { $0.placed(by: selection.scope) }.sorted()
        )
    }

    // MARK: - Parts

    private func platform(_ selection: ClusterSelection) throws(BundleError) -> PlatformPart {
        let key = PlatformKey(
            stamps: selection.platformStamps,
            provider: selection.cluster.provider,
            region: selection.cluster.region
        )
        if remembers, let known = memo.withLock({ $0.platforms.value(for: key) }) { return known }
        let shared = selection.sharedTree()
        var compilation = PlatformCompilation(of: shared)
        var layers: [CompiledBundle.Layer] = []
        for layer in compilation.takeLayers() { layers.append(try Self.file(layer)) }
        return memo.withLock { memo in
            let surroundings = memo.surroundings[compilation.surroundings] ?? memo.nextID()
            // What no platform has any more is no key of any team either.
            if memo.surroundings.count > 10_000 { memo.surroundings.removeAll() }
            memo.surroundings[compilation.surroundings] = surroundings
            let part = PlatformPart(
                id: memo.nextID(),
                shared: shared,
                compilation: compilation,
                layers: layers,
                surroundings: surroundings
            )
            memo.platforms.insert(part, for: key, cost: Self.cost(of: layers))
            return part
        }
    }

    private func cluster(
        _ selection: ClusterSelection,
        _ platform: PlatformPart,
        monitoredTeams: [String]
    ) throws(BundleError) -> ClusterPart {
        let key = ClusterKey(
            platform: platform.id,
            cluster: selection.cluster,
            stamp: selection.clusterStamp,
            monitoredTeams: monitoredTeams
        )
        if remembers, let known = memo.withLock({ $0.clusters.value(for: key) }) { return known }
        let compilation = ClusterCompilation(
            of: selection.clusterTree(),
            on: platform.compilation,
            monitoredTeams: monitoredTeams
        )
        var layers: [CompiledBundle.Layer] = []
        for layer in compilation.layers { layers.append(try Self.file(layer)) }
        let part = ClusterPart(faults: compilation.faults, layers: layers)
        memo.withLock { $0.clusters.insert(part, for: key, cost: Self.cost(of: layers)) }
        return part
    }

    private func team(
        _ team: ClusterSelection.Team,
        _ revision: Int64,
        _ platform: PlatformPart
    ) throws(BundleError) -> TeamPart {
        let key = TeamKey(
            stamps: team.stamps,
            surroundings: platform.surroundings,
            revision: team.runsEveryRevision ? revision : nil
        )
        if remembers, let known = memo.withLock({ $0.teams.value(for: key) }) { return known }
        let tree = ClusterSelection.deriving(team.tree(), team: team.name, from: platform.shared)
        var compilation = TeamCompilation(
            of: team.name,
            tree: tree,
            surroundings: platform.compilation.surroundings,
            revision: revision
        )
        var layers: [CompiledBundle.Layer] = []
        for layer in compilation.takeLayers() { layers.append(try Self.file(layer)) }
        return memo.withLock { memo in
            let part = TeamPart(id: memo.nextID(), compilation: compilation, layers: layers)
            memo.teams.insert(part, for: key, cost: Self.cost(of: layers))
            return part
        }
    }

    private func whole(_ platform: PlatformPart, _ teams: [TeamPart]) throws(BundleError) -> Whole {
        let key = WholeKey(platform: platform.id, teams: teams.map(\.id))
        if remembers, let known = memo.withLock({ $0.wholes.value(for: key) }) { return known }
        let parts = CompilationParts(platform: platform.compilation, teams: teams.map(\.compilation))
        var layers = try platform.layers + teams.flatMap(\.layers) + commons(parts.commonInput, platform)
        if let sealed = parts.sealedTeamLayer { layers.append(try Self.file(sealed)) }
        let whole = Whole(layers: layers, faults: parts.unplacedFaults)
        // The layers' bytes are the parts' own.
        memo.withLock { $0.wholes.insert(whole, for: key, cost: 64 * layers.count) }
        return whole
    }

    private func commons(
        _ input: CommonCompilation.Input,
        _ platform: PlatformPart
    ) throws(BundleError) -> [CompiledBundle.Layer] {
        let key = CommonKey(platform: platform.id, input: input)
        if remembers, let known = memo.withLock({ $0.commons.value(for: key) }) { return known }
        var layers: [CompiledBundle.Layer] = []
        for layer in CommonCompilation(of: input, on: platform.compilation).layers {
            layers.append(try Self.file(layer))
        }
        memo.withLock { $0.commons.insert(layers, for: key, cost: Self.cost(of: layers)) }
        return layers
    }

    private static func cost(of layers: [CompiledBundle.Layer]) -> Int {
        layers.reduce(1024) { $0 + $1.file.bytes.count }
    }

    private static func file(_ layer: CompiledLayer) throws(BundleError) -> CompiledBundle.Layer {
        CompiledBundle.Layer(
            name: layer.name,
            wave: layer.wave,
            file: try LayerFile(layer.objects),
            isConfidential: layer.isConfidential
        )
    }
}
