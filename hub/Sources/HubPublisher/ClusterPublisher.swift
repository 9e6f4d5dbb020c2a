import Bundles
import Concurrency
import HubStore
import JSON
import Logging
import Observability
import Synchronization
import Values

/// Brings stale clusters up to date: documents, compilation, sealing, signatures, and one transaction for some of them.
final class ClusterPublisher: Sendable {
    /// What one pass works from.
    ///
    /// The trust is taken once: a signature and the version of the root must belong together.
    struct Pass: Sendable {
        let trust: FleetTrust
        let content: SignedContent
        /// The end of the audit log, which agents are told.
        let audit: AuditHead?
        let index: DocumentIndex
        /// What agents are asked to try, by cluster.
        let trials: [String: Directives.Trial]

        /// What the agent of a cluster is told beside what it should run.
        func directives(of cluster: ClusterRecord) -> Directives {
            var directives = cluster.directives.signed
            directives.trial = trials[cluster.id]
            return directives
        }
    }

    enum Outcome: String, Sendable {
        case published, unchanged, blocked, stale, failed
    }

    /// How many clusters are written in one transaction at most, and how many bytes of layers.
    private static let together = (clusters: 32, bytes: 4 << 20)

    /// A layer set this small is sent without asking which layers are stored already: asking would cost more.
    private static let smallLayerBytes = 64 << 10

    let store: HubStore
    private let current: CurrentTrust
    private let metrics: PublisherMetrics
    private let logger: Logger
    private let width: Int
    let clock: WallClock
    let compiler = BundleCompiler(maximumBytes: 16 << 20)
    private let indexes = Mutex(GenerationalMemo<Int64, DocumentIndex>(maximumCost: 4))
    private let bundles = Mutex(GenerationalMemo<String, Bundle>(maximumCost: 2_048))
    private let blockedClusters = Mutex<[String: BlockedPublication]>([:])
    private let lastLook = Mutex(Duration.zero)

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
            let stale = try await look()
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

    /// How long it took last time to find the clusters that are stale: it grows with the fleet.
    var lookDuration: Duration { lastLook.withLock { $0 } }

    private func look() async throws -> [StaleCluster] {
        let start = ContinuousClock.now
        let stale = try await store.staleClusters()
        lastLook.withLock { $0 = start.duration(to: .now) }
        return stale
    }

    /// Publishes what is in the queue until it is empty, or something else is wanted; says whether it came to the end.
    private func publish(
        _ queue: PublicationQueue,
        _ tried: inout Set<StaleCluster.Want>
    ) async throws -> (published: Int, isDone: Bool) {
        let known = queue.wants
        var published = 0
        var rest = queue.clusters[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(PublicationQueue.chunk)
            rest = rest.dropFirst(PublicationQueue.chunk)
            tried.formUnion(chunk.map(\.want))
            let states = try await store.publicationStates(of: chunk.map(\.want.id))
            // After the states: what was signed since makes them stale, and what was signed before is seen.
            let trust = current.value
            let content = try await trust.content(store)
            let trials = try await store.pendingTrials(of: states.map(\.cluster.id))
            let audit = try await store.auditHead()
            let groups = Dictionary(grouping: states.filter(\.isPublishable), by: \.cluster.desiredRevision)
            for (revision, states) in groups.sorted(by: { $0.key < $1.key }) {
                do {
                    let index = try await index(at: revision)
                    published += await publish(
                        states,
                        Pass(trust: trust, content: content, audit: audit, index: index, trials: trials)
                    )
                } catch let error as StoreError where error.code == .undecipherable {
                    // It concerns this revision: what runs others is published.
                    for state in states { metrics.publications.increment(("outcome", failed(state, error).rawValue)) }
                }
            }
            guard !rest.isEmpty else { break }
            let isNew = try await store.staleWants().contains {
                !known.contains($0) && !tried.contains($0) && isReady($0)
            }
            if isNew { return (published, false) }
        }
        return (published, true)
    }

    /// Which clusters a revision may say something else for than the one before it; `nil` where one of both cannot be opened.
    private func reach(_ change: PublicationQueue.Change) async throws -> ChangeReach? {
        do {
            return ChangeReach(
                from: try await index(at: change.from).documents,
                to: try await index(at: change.to).documents
            )
        } catch let error as StoreError where error.code == .undecipherable { return nil }
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
        let size = max(1, min(Self.together.clusters, (states.count + width - 1) / width))
        return await withTaskGroup(of: [Outcome].self) { group in
            var rest = states[...]
            var published = 0
            func addNext() {
                guard !rest.isEmpty else { return }
                let slice = rest.prefix(size)
                rest = rest.dropFirst(size)
                group.addTask { await self.attempt(slice, pass) }
            }
            for _ in 0..<width { addNext() }
            for await outcomes in group {
                for outcome in outcomes { metrics.publications.increment(("outcome", outcome.rawValue)) }
                published += outcomes.count { $0 == .published }
                addNext()
            }
            return published
        }
    }

    /// Works out what is to be written of some clusters, and writes it together.
    private func attempt(_ states: ArraySlice<PublicationState>, _ pass: Pass) async -> [Outcome] {
        var outcomes: [Outcome] = []
        var ready: [PreparedPublication] = []
        var bytes = 0
        let previous: PreviousBundles
        do { previous = try await previousBundles(of: states) } catch { return states.map { failed($0, error) } }
        for state in states {
            do {
                switch try await prepare(state, previous.bundle(of: state.cluster), pass) {
                case .nothing(let outcome): outcomes.append(outcome)
                case .write(let prepared):
                    ready.append(prepared)
                    bytes += prepared.publication.layers.reduce(0) { $0 + $1.bytes.count }
                }
            } catch {
                outcomes.append(failed(state, error))
            }
            guard bytes > Self.together.bytes else { continue }
            outcomes += await write(ready)
            ready = []
            bytes = 0
        }
        return outcomes + (await write(ready))
    }

    private func write(_ ready: [PreparedPublication]) async -> [Outcome] {
        guard !ready.isEmpty else { return [] }
        do {
            let stale = try await store.publish(try await withoutStoredLayers(ready.map(\.publication)))
            return ready.map { prepared in
                let id = prepared.state.cluster.id
                // Another replica was first, or the cluster moved on meanwhile; the next pass reads it anew.
                let isStale = stale.contains(id)
                if isStale { unblock(id) }
                bundles.withLock { bundles in
                    if isStale {
                        bundles.remove(id)
                    } else if let bundle = prepared.bundle {
                        bundles.insert(bundle, for: id, cost: 1)
                    }
                }
                return isStale ? .stale : prepared.outcome
            }
        } catch {
            return ready.map { failed($0.state, error) }
        }
    }

    /// The same publications without the layers that are stored already, where there is much of them.
    private func withoutStoredLayers(_ publications: [Publication]) async throws -> [Publication] {
        let layers = publications.flatMap(\.layers)
        guard layers.reduce(0, { $0 + $1.bytes.count }) > Self.smallLayerBytes else { return publications }
        let missing = Set(try await store.missingLayers(among: Array(Set(layers.map(\.digest)))))
        return publications.map { publication in
            var publication = publication
            publication.layers.removeAll { !missing.contains($0.digest) }
            return publication
        }
    }

    private func failed(_ state: PublicationState, _ error: any Error) -> Outcome {
        bundles.withLock { $0.remove(state.cluster.id) }
        unblock(state.cluster.id)
        logger.error(
            "a cluster could not be published, trying again",
            metadata: ["cluster": "\(state.cluster.name)", "error": "\(error)"]
        )
        return .failed
    }

    /// What its agent is to be told was not written: it is tried again, whatever faults its values have.
    private func unblock(_ id: String) { blockedClusters.withLock { _ = $0.removeValue(forKey: id) } }

    /// Takes note that a cluster's values have faults: its bundle stays as it is.
    func block(_ state: PublicationState, _ faults: [Fault]) {
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

    /// What is out for some clusters: remembered, or read at once.
    private func previousBundles(of states: ArraySlice<PublicationState>) async throws -> PreviousBundles {
        let clusters = states.map(\.cluster)
        let known = bundles.withLock { bundles in
            let found = clusters.compactMap { cluster in
                bundles.value(for: cluster.id).flatMap { $0.generation == cluster.generation ? (cluster.id, $0) : nil }
            }
            return Dictionary(uniqueKeysWithValues: found)
        }
        return PreviousBundles(
            known: known,
            files: try await store.targetsFiles(of: clusters.filter { known[$0.id] == nil })
        )
    }
}

extension PublicationState {
    /// A cluster gets its first bundle when its agent has enrolled: before, nobody could open its secrets or fetch it.
    fileprivate var isPublishable: Bool {
        cluster.agent != nil && cluster.revokedAt == nil && cluster.desiredRevision > 0
    }
}
