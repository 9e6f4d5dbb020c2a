import Bundles
import Concurrency
import HubStore
import JSON
import Logging
import Observability
import Synchronization
import Values

/// Brings stale clusters up to date: documents, compilation, sealing, signatures, and one transaction for each.
final class ClusterPublisher: Sendable {
    /// What one pass works from.
    ///
    /// The trust is taken once: a signature and the version of the root must belong together.
    private struct Pass: Sendable {
        let trust: FleetTrust
        let content: SignedContent
        var index: DocumentIndex
        /// What agents are asked to try, by cluster.
        let trials: [String: Directives.Trial]

        /// What the agent of a cluster is told beside what it should run.
        func directives(of cluster: ClusterRecord) -> Directives {
            var directives = cluster.directives.signed
            directives.trial = trials[cluster.id]
            return directives
        }
    }

    private enum Outcome: String, Sendable {
        case published, unchanged, blocked, stale, failed
    }

    /// A layer set this small is sent without asking which layers are stored already: asking would cost more.
    private static let smallLayerBytes = 64 * 1024

    private let store: HubStore
    private let current: CurrentTrust
    private let metrics: PublisherMetrics
    private let logger: Logger
    private let width: Int
    private let clock: WallClock
    private let compiler = BundleCompiler()
    private let sealer = LayerSealer()
    private let indexes = Mutex(GenerationalMemo<Int64, DocumentIndex>(maximumCost: 4))
    private let bundles = Mutex(GenerationalMemo<String, Bundle>(maximumCost: 40_000))
    private let blockedClusters = Mutex<[String: BlockedPublication]>([:])

    init(
        store: HubStore,
        current: CurrentTrust,
        metrics: PublisherMetrics,
        logger: Logger,
        width: Int,
        clock: @escaping WallClock
    ) {
        self.store = store
        self.current = current
        self.metrics = metrics
        self.logger = logger
        self.width = width
        self.clock = clock
    }

    var blocked: [String: BlockedPublication] { blockedClusters.withLock { $0 } }

    /// Publishes every stale cluster that can be published; returns how many bundles went out.
    ///
    /// They are taken some at a time, and what is wanted is looked at again in between: a change of one cluster goes before
    /// whatever is left of a change of all.
    @discardableResult
    func publishStale() async throws -> Int {
        try await store.forgetConfirmations()
        var tried: Set<StaleCluster.Want> = []
        var published = 0
        while true {
            try await current.refresh()
            let stale = try await store.staleClusters()
            forgetUnblocked(Set(stale.map(\.want.id)))
            let ready = stale.filter { isReady($0.want) && !tried.contains($0.want) }
            guard !ready.isEmpty else { return published }
            let start = ContinuousClock.now
            let (count, isDone) = try await publish(PublicationQueue(ready, reach: { try await reach($0) }), &tried)
            published += count
            metrics.passDuration.observe(start.duration(to: .now))
            if isDone { return published }
        }
    }

    /// Publishes what is in the queue until it is empty, or something else is wanted; says whether it came to the end.
    private func publish(
        _ queue: PublicationQueue,
        _ tried: inout Set<StaleCluster.Want>
    ) async throws -> (published: Int, isDone: Bool) {
        let trust = current.value
        let content = try await trust.content(store)
        let known = queue.wants
        var published = 0
        var rest = queue.clusters[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(PublicationQueue.chunk)
            rest = rest.dropFirst(PublicationQueue.chunk)
            tried.formUnion(chunk.map(\.want))
            let states = try await store.publicationStates(of: chunk.map(\.want.id))
            let trials = try await store.pendingTrials(of: states.map(\.cluster.id))
            let groups = Dictionary(grouping: states.filter(\.isPublishable), by: \.cluster.desiredRevision)
            for (revision, states) in groups.sorted(by: { $0.key < $1.key }) {
                let index = try await index(at: revision)
                published += await publish(
                    states,
                    Pass(trust: trust, content: content, index: index, trials: trials)
                )
            }
            guard !rest.isEmpty else { break }
            let isNew = try await store.staleWants().contains {
                !known.contains($0) && !tried.contains($0) && isReady($0)
            }
            if isNew { return (published, false) }
        }
        return (published, true)
    }

    /// Which clusters a revision may say something else for than the one before it.
    private func reach(_ change: PublicationQueue.Change) async throws -> ChangeReach {
        ChangeReach(from: try await index(at: change.from).documents, to: try await index(at: change.to).documents)
    }

    /// Whether it is worth trying: what has faults is not, until something else is wanted.
    private func isReady(_ want: StaleCluster.Want) -> Bool {
        guard let blocked = blockedClusters.withLock({ $0[want.id] }) else { return true }
        return blocked.revision != want.revision || blocked.inputVersion != want.inputVersion
    }

    private func forgetUnblocked(_ stale: Set<String>) {
        let count = blockedClusters.withLock { blocked in
            blocked = blocked.filter { stale.contains($0.key) }
            return blocked.count
        }
        metrics.blocked.set(Double(count))
    }

    private func publish(_ states: [PublicationState], _ pass: Pass) async -> Int {
        await withTaskGroup(of: Outcome.self) { group in
            var pending = states.makeIterator()
            var published = 0
            for _ in 0..<width {
                if let state = pending.next() { group.addTask { await self.attempt(state, pass) } }
            }
            for await outcome in group {
                metrics.publications.increment(("outcome", outcome.rawValue))
                if outcome == .published { published += 1 }
                if let state = pending.next() { group.addTask { await self.attempt(state, pass) } }
            }
            return published
        }
    }

    private func attempt(_ state: PublicationState, _ pass: Pass) async -> Outcome {
        do {
            return try await publish(state, pass)
        } catch let error as StoreError where error.code == .stale {
            // Another replica was first, or the cluster moved on meanwhile; the next pass reads it anew.
            bundles.withLock { $0.remove(state.cluster.id) }
            return .stale
        } catch {
            bundles.withLock { $0.remove(state.cluster.id) }
            logger.error(
                "a cluster could not be published, trying again",
                metadata: ["cluster": "\(state.cluster.name)", "error": "\(error)"]
            )
            return .failed
        }
    }

    private func publish(_ state: PublicationState, _ pass: Pass) async throws -> Outcome {
        guard let agent = state.cluster.agent else { return .unchanged }
        let compiled = try compiler.compile(cluster: state.cluster.identity, pass.index)
        let previous = try await previousBundle(state)
        guard compiled.errors.isEmpty else {
            try await publishDirectives(of: state, previous, pass)
            block(state, compiled.errors)
            let fault = compiled.errors.first.map { "\($0)" } ?? "it has faults"
            try await store.noteFault(fault, of: state.cluster, inputVersion: state.inputVersion)
            return .blocked
        }
        guard let digestKey = pass.trust.signers[.targets].first else {
            throw BundleError(.untrustedKey, "this hub has no key of the role targets to sign with")
        }
        var draft = try PublicationDraft(
            of: state.cluster.binding,
            revision: state.cluster.desiredRevision,
            compiled: compiled,
            directives: pass.directives(of: state.cluster),
            previous: previous,
            sealedInputDigest: state.inputDigest,
            sealingKey: agent.sealingKey,
            sealer: sealer,
            digestKey: digestKey
        )
        let withheld = draft.withhold(following: previous) { pass.content.admits($0) }
        draft.raise(above: state.floors.generation)
        if let previous, !state.isBelowFloor, previous.saysTheSame(as: draft.bundle),
            try await isOut(pass.content, previous, state.cluster)
        {
            try await store.publish(unchanged(state, draft, withheld))
            return .unchanged
        }
        try await store.publish(try await publication(state, draft, pass, withheld))
        bundles.withLock { $0.insert(draft.bundle, for: state.cluster.id, cost: 1) }
        logger.debug(
            "bundle published",
            metadata: ["cluster": "\(state.cluster.name)", "generation": "\(draft.bundle.generation)"]
        )
        return .published
    }

    /// Whether the cluster was given what the teams of its layers have signed.
    private func isOut(_ content: SignedContent, _ bundle: Bundle, _ cluster: ClusterRecord) async throws -> Bool {
        guard content.concerns(bundle.layers) else { return true }
        guard let targets = try await store.targets(of: cluster) else { return false }
        let name = MetadataRole.snapshot.fileName(version: cluster.generation)
        let snapshot = try await store.snapshot(of: cluster).content(SnapshotMetadata.self, name: name)
        return content.isPublished(for: bundle.layers, targets: targets.content, snapshot: snapshot)
    }

    /// Publishes what operators tell an agent although the cluster's values have faults: an order to stop must arrive.
    private func publishDirectives(of state: PublicationState, _ previous: Bundle?, _ pass: Pass) async throws {
        let directives = pass.directives(of: state.cluster)
        guard let previous, previous.directives != directives || state.isBelowFloor else { return }
        let bundle = previous.repeated(with: directives).raised(above: state.floors.generation)
        try await store.publish(
            try Publication(
                repeating: bundle,
                after: state,
                trust: pass.trust,
                content: pass.content,
                timestampVersion: state.nextTimestampVersion,
                now: clock().seconds,
                audit: try await store.auditHead()
            )
        )
        bundles.withLock { $0.insert(bundle, for: state.cluster.id, cost: 1) }
    }

    private func publication(
        _ state: PublicationState,
        _ draft: PublicationDraft,
        _ pass: Pass,
        _ withheld: [WithheldLayer]
    ) async throws -> Publication {
        let now = clock().seconds
        let version = state.nextTimestampVersion
        let trust = pass.trust
        let metadata = try trust.signer.sign(
            draft.bundle,
            content: pass.content,
            timestampVersion: version,
            now: now,
            audit: try await store.auditHead()
        )
        var layers = draft.newLayers
        if layers.reduce(0, { $0 + $1.bytes.count }) > Self.smallLayerBytes {
            let missing = Set(try await store.missingLayers(among: layers.map(\.digest)))
            layers.removeAll { !missing.contains($0.digest) }
        }
        return Publication(
            clusterID: state.cluster.id,
            expectedGeneration: state.cluster.generation,
            expectedTimestampVersion: state.timestampVersion,
            revision: draft.bundle.revision,
            inputVersion: state.inputVersion,
            inputDigest: draft.inputDigest.bytes,
            generation: draft.bundle.generation,
            timestampVersion: version,
            timestampExpires: now + trust.lifetimes.timestamp,
            rootVersion: trust.rootMetadata.version,
            layers: layers,
            withheld: withheld,
            files: metadata.files
        )
    }

    /// Notes that the newest inputs were seen and changed nothing; no agent is woken.
    private func unchanged(
        _ state: PublicationState,
        _ draft: PublicationDraft,
        _ withheld: [WithheldLayer]
    ) -> Publication {
        Publication(
            clusterID: state.cluster.id,
            expectedGeneration: state.cluster.generation,
            expectedTimestampVersion: state.timestampVersion,
            revision: draft.bundle.revision,
            inputVersion: state.inputVersion,
            inputDigest: draft.inputDigest.bytes,
            generation: state.cluster.generation,
            timestampVersion: state.timestampVersion,
            timestampExpires: state.timestampExpires ?? 0,
            rootVersion: state.rootVersion,
            layers: withheld.isEmpty ? [] : draft.newLayers,
            withheld: withheld,
            files: [:]
        )
    }

    private func block(_ state: PublicationState, _ faults: [Fault]) {
        let blocked = BlockedPublication(
            cluster: state.cluster.name,
            revision: state.cluster.desiredRevision,
            inputVersion: state.inputVersion,
            faults: faults
        )
        blockedClusters.withLock { $0[state.cluster.id] = blocked }
        logger.error(
            "a cluster's values cannot be compiled, its bundle stays as it is",
            metadata: [
                "cluster": "\(blocked.cluster)", "revision": "\(blocked.revision)",
                "faults": "\(faults.prefix(5).map(\.message).joined(separator: "; "))",
            ]
        )
    }

    // MARK: - What is read

    private func index(at revision: Int64) async throws -> DocumentIndex {
        if let known = indexes.withLock({ $0.value(for: revision) }) { return known }
        let documents = try await store.allDocuments(at: revision, revealing: true)
        let index = compiler.index(documents, revision: revision)
        indexes.withLock { $0.insert(index, for: revision, cost: 1) }
        return index
    }

    private func previousBundle(_ state: PublicationState) async throws -> Bundle? {
        let generation = state.cluster.generation
        guard generation > 0 else { return nil }
        if let known = bundles.withLock({ $0.value(for: state.cluster.id) }), known.generation == generation {
            return known
        }
        return try await store.bundle(of: state.cluster)
    }
}

extension PublicationState {
    /// A cluster gets its first bundle when its agent has enrolled: before, nobody could open its secrets or fetch it.
    fileprivate var isPublishable: Bool {
        cluster.agent != nil && cluster.revokedAt == nil && cluster.desiredRevision > 0
    }
}
