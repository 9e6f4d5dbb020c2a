import Bundles
import Values

/// A plan while cluster after cluster is added to it.
///
/// Clusters are told apart by what happens to them alone. Each distinct comparison of a layer, and each distinct result of
/// one, has a number, so that a cluster costs a short list of numbers however many objects change on it.
struct PlanDraft {
    /// What happens to a cluster, in numbers.
    private struct Outcome: Hashable {
        var comparisons: [Int] = []
        var faults: [Fault] = []
        var leaving: [String] = []
        /// Set when so much goes at once that the agent stops.
        var many: ManyRemoved?
        var isBlocked = false

        var isNothing: Bool { comparisons.isEmpty && faults.isEmpty && leaving.isEmpty }
    }

    private struct ManyRemoved: Hashable {
        let removed: Int
        let total: Int
    }

    private let input: PreviewInput
    private let compiler: BundleCompiler
    private let limits: FleetPreview.Limits
    private let before: [Int64: DocumentIndex]
    private let after: DocumentIndex
    private let namespaces: Set<String>?

    /// The number of each result, by what was compared.
    private var numbers: [[LayerComparison.Pair]: Int] = [:]
    private var known: [[ObjectChange]: Int] = [:]
    private var results: [[ObjectChange]] = []
    private var groups: [Outcome: [String]] = [:]
    private var rehearsed: [String: [RehearsedObject]] = [:]

    init(_ input: PreviewInput, compiler: BundleCompiler, limits: FleetPreview.Limits) {
        self.input = input
        self.compiler = compiler
        self.limits = limits
        var before: [Int64: DocumentIndex] = [:]
        for (revision, documents) in input.before {
            before[revision] = compiler.index(documents, revision: revision)
        }
        self.before = before
        after = compiler.index(input.after, revision: input.revision)
        namespaces = input.teams.map { Set($0.map { "team-\($0)" }) }
    }

    // MARK: - One cluster

    mutating func add(_ cluster: PreviewInput.Cluster) throws(BundleError) {
        let old = before[cluster.before]?.selection(for: cluster.identity)
        let new = after.selection(for: cluster.identity)
        if let old, old.meansTheSame(as: new) { return }
        // What nobody has decided yet is an empty cluster.
        let hadValues = cluster.before > 0
        let compiledBefore: CompiledBundle? = if let old, hadValues { try compile(old) } else { nil }
        let compiledAfter = try compile(new)
        var outcome = Outcome()
        let knownFaults = Set(compiledBefore?.faults ?? [])
        outcome.faults = compiledAfter.faults.filter { !knownFaults.contains($0) }
        if compiledAfter.errors.isEmpty {
            let layers = Self.changed(from: compiledBefore?.layers ?? [], to: compiledAfter.layers)
            outcome.comparisons = try numbers(of: layers)
            if input.rehearsed.contains(cluster.identity.name) {
                rehearsed[cluster.identity.name] = try LayerComparison(isDetailed: false).rehearsed(
                    from: layers.compactMap(\.before),
                    to: layers.compactMap(\.after)
                )
            }
            outcome.leaving = leaving(from: old, to: new)
            outcome.many = many(outcome.comparisons, of: compiledBefore?.layers ?? [])
            if !outcome.comparisons.isEmpty, compiledBefore?.errors.isEmpty == false {
                outcome.faults.append(Self.unpublished(cluster.before))
            }
        } else {
            // Old faults too: because of them nothing of the change arrives there.
            outcome.faults = Set(outcome.faults + compiledAfter.errors).sorted()
            outcome.isBlocked = true
        }
        guard !outcome.isNothing else { return }
        groups[outcome, default: []].append(cluster.identity.name)
    }

    private static func unpublished(_ revision: Int64) -> Fault {
        Fault(
            severity: .warning,
            message: "revision \(revision) cannot be compiled here, so what runs is older than what is compared",
            hint: "otomi status shows its faults."
        )
    }

    private func compile(_ selection: ClusterSelection) throws(BundleError) -> CompiledBundle {
        try compiler.compile(selection)
    }

    /// The layers that differ, each in both forms.
    private static func changed(
        from old: [CompiledBundle.Layer],
        to new: [CompiledBundle.Layer]
    ) -> [(pair: LayerComparison.Pair, before: CompiledBundle.Layer?, after: CompiledBundle.Layer?)] {
        let before = Dictionary(old.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (left, right) = (before[name], after[name])
            guard left?.file.digest != right?.file.digest else { return nil }
            let pair = LayerComparison.Pair(name: name, before: left?.file.digest, after: right?.file.digest)
            return (pair, left, right)
        }
    }

    /// The numbers of what changes in these layers.
    private mutating func numbers(
        of layers: [(pair: LayerComparison.Pair, before: CompiledBundle.Layer?, after: CompiledBundle.Layer?)]
    ) throws(BundleError) -> [Int] {
        var found: [Int] = []
        var moved = false
        var seen: Set<ObjectIdentity> = []
        for layer in layers {
            let number = try number([layer.pair], [layer.before].compactMap(\.self), [layer.after].compactMap(\.self))
            for change in results[number] where !seen.insert(change.object).inserted { moved = true }
            if !results[number].isEmpty { found.append(number) }
        }
        // An object that leaves one layer for another is looked at with all of them.
        guard moved else { return found.sorted() }
        let number = try number(layers.map(\.pair), layers.compactMap(\.before), layers.compactMap(\.after))
        return results[number].isEmpty ? [] : [number]
    }

    private mutating func number(
        _ pairs: [LayerComparison.Pair],
        _ old: [CompiledBundle.Layer],
        _ new: [CompiledBundle.Layer]
    ) throws(BundleError) -> Int {
        if let number = numbers[pairs] { return number }
        let all = try LayerComparison(isDetailed: input.isDetailed).changes(from: old, to: new)
        let shown = all.filter { isShown($0.object) }
        let number = known[shown] ?? results.count
        if number == results.count {
            results.append(shown)
            known[shown] = number
        }
        numbers[pairs] = number
        return number
    }

    private func isShown(_ object: ObjectIdentity) -> Bool {
        guard let namespaces else { return true }
        return object.namespace.map(namespaces.contains) ?? false
    }

    private func leaving(from old: ClusterSelection?, to new: ClusterSelection) -> [String] {
        let staying = Set(new.teams.map(\.name))
        return (old?.teams ?? []).map(\.name).filter { !staying.contains($0) && input.teams?.contains($0) != false }
    }

    private func many(_ comparisons: [Int], of layers: [CompiledBundle.Layer]) -> ManyRemoved? {
        // What the agent would hold back is a matter of all objects, and no team's people see them all.
        guard namespaces == nil else { return nil }
        let removed = comparisons.reduce(0) { count, number in
            count + results[number].count { $0.action == .removed && !$0.staysOnCluster }
        }
        let total = layers.reduce(0) { $0 + $1.file.objectCount }
        return DangerCheck.Brake.holds(removed, of: total) ? ManyRemoved(removed: removed, total: total) : nil
    }

    // MARK: - The whole

    func finished() -> FleetPlan {
        var room = limits.changes
        var isTruncated = false
        var total = FleetPlan.Counts()
        var plan: [FleetPlan.Group] = []
        let ordered = groups.sorted { left, right in
            left.value.count != right.value.count
                ? left.value.count > right.value.count : (left.value.min() ?? "") < (right.value.min() ?? "")
        }
        for (outcome, clusters) in ordered {
            let changes = outcome.comparisons.flatMap { results[$0] }.sorted { $0.object < $1.object }
            let counts = FleetPlan.Counts(changes)
            total.add(counts, times: clusters.count)
            isTruncated = isTruncated || changes.count > room
            let shown = Array(changes.prefix(room))
            room -= shown.count
            plan.append(
                FleetPlan.Group(
                    clusters: clusters.sorted(),
                    changes: shown,
                    counts: counts,
                    dangers: dangers(outcome, changes),
                    faults: outcome.faults,
                    isBlocked: outcome.isBlocked
                )
            )
        }
        return FleetPlan(
            groups: plan,
            clusterCount: input.clusters.count,
            counts: total,
            rehearsed: rehearsed,
            isTruncated: isTruncated
        )
    }

    private func dangers(_ outcome: Outcome, _ changes: [ObjectChange]) -> [PreviewDanger] {
        var dangers = DangerCheck.dangers(of: changes) + outcome.leaving.map(DangerCheck.leaving)
        if let many = outcome.many { dangers.append(DangerCheck.many(many.removed, of: many.total)) }
        return dangers.sorted()
    }
}

extension ClusterSelection {
    /// Whether what is compiled of both is sure to be the same.
    fileprivate func meansTheSame(as other: ClusterSelection) -> Bool {
        cluster == other.cluster && clusterStamp == other.clusterStamp && platformStamps == other.platformStamps
            && teams.elementsEqual(other.teams) { left, right in
                left.name == right.name && left.stamps == right.stamps && !left.runsEveryRevision
            }
    }
}
