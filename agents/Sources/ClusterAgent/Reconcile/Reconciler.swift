import AgentProtocol
package import Bundles
package import Concurrency
import JSON
import Kubernetes
package import Logging

/// Brings one cluster to its desired state and keeps it there.
///
/// Everything happens in passes: a pass sends what is due, prunes what has left, and ends. New bundles, drift and retries
/// only change what is due and ask for a pass, so that there is one way in which a cluster is changed.
package actor Reconciler {
    /// Notified when a pass has something to do.
    package nonisolated let work = Signal()
    /// Notified when there is something new to report.
    package nonisolated let news = Signal()
    /// Notified when objects of another kind are managed than before.
    package nonisolated let kindsChanged = Signal()
    /// Notified when the health of an object should be looked at.
    package nonisolated let healthDue = Signal()
    /// Notified when a bundle was taken over, and with it what operators tell the agent.
    nonisolated let directed = Signal()

    let cluster: ClusterAPI
    /// The cluster that was enrolled; a kubeconfig may point elsewhere meanwhile.
    let clusterUID: String
    let layers: LayerStore
    let state: StateDirectory
    let environment: AgentEnvironment
    let logger: Logger
    nonisolated let metrics: AgentMetrics

    var desired = DesiredState.empty
    /// Rises with every bundle handed in, so that a pass notices that it works on an old one.
    var desiredVersion: UInt64 = 0
    var declaredVersion: UInt64 = 0
    var records: [ObjectKey: ObjectRecord] = [:]
    var book = InventoryBook()
    var isInventoryOpen = false
    /// Objects that are no longer declared and were not deleted, with the reason.
    var held: [ObjectKey: String] = [:]
    /// Deletions that wait for a person.
    var pendingDeletions: PendingDeletions?
    /// Restored objects and how often each was, the latest first.
    var drift = DriftLedger()
    var inFlight: Set<ObjectKey> = []
    /// What a watch showed of objects while their apply was under way.
    var seenInFlight: [ObjectKey: Sighting] = [:]
    /// The kinds of the objects that are in place.
    var watchedKinds: Set<GroupVersionKind> = []
    /// What the cluster's own people say; `nil` until it was read.
    var settings: ClusterSettings?
    /// Objects that are not as we left them and were not restored yet.
    var drifted: [ObjectKey: DriftedObject] = [:]
    /// How often drift was noticed.
    var driftCount: UInt64 = 0
    var fights = FightLedger()
    /// The fields on account of which this pass restores objects.
    var corrected: [ObjectKey: Set<String>] = [:]
    var health = HealthAgenda()
    var touchedRecords = false
    /// How many applies this process has made.
    var applyCount: UInt64 = 0
    var isStopping = false
    var isPassing = false
    /// The generation whose pass came to its end.
    var settledGeneration: Int64 = 0
    var settledRevision: Int64 = 0
    var obstacle: String?
    /// Why nothing new can be taken up; passes go on with what is there.
    var followObstacle: String?
    var trustFault: BundleError?
    var auditHead: AuditHead?
    var prunedTotal = 0

    package init(
        cluster: ClusterAPI,
        clusterUID: String,
        layers: LayerStore,
        state: StateDirectory,
        environment: AgentEnvironment,
        logger: Logger,
        metrics: AgentMetrics = AgentMetrics()
    ) {
        self.cluster = cluster
        self.clusterUID = clusterUID
        self.layers = layers
        self.state = state
        self.environment = environment
        self.logger = logger
        self.metrics = metrics
    }

    // MARK: - What should be

    /// Takes a verified bundle over; the next pass works on it.
    package func want(_ state: DesiredState) {
        let old = desired
        let before = (hold, clusterDriftMode)
        desired = state
        desiredVersion += 1
        forgetDrift(comparedWith: old)
        directionChanged(from: before)
        directed.notify()
        work.notify()
    }

    /// Notes why what the hub says is not trusted; `nil` when all is.
    package func note(trust fault: BundleError?) {
        guard fault != trustFault else { return }
        trustFault = fault
        news.notify()
    }

    /// Notes how far the hub's audit log is known to reach; the next report says it.
    package func note(audit head: AuditHead?) { auditHead = head }

    /// Notes why nothing new can be taken up; `nil` when it can be again.
    package func note(obstacle text: String?) {
        let text = text.map { BoundedText.cut($0) }
        guard text != followObstacle else { return }
        followObstacle = text
        news.notify()
    }

    /// Lets the pass that is under way end after what it has already sent.
    package func stop() {
        isStopping = true
        work.notify()
    }

    // MARK: - A pass

    /// Sends what is due and prunes what has left the bundle.
    package func pass() async -> PassLog {
        isPassing = true
        defer { isPassing = false }
        var log = PassLog()
        let version = desiredVersion
        let target = desired
        do {
            try await openInventory()
            guard target.generation > 0 else {
                clearObstacle()
                return log
            }
            try await openSettings()
            guard hold == nil else {
                standStill()
                return log
            }
            declare(target, version)
            try await writeInventory()
            await takeUpDrift(target)
            try await apply(target, version, &log)
            if !isSuperseded(version) { try await prune(target, version, &log) }
            if !isSuperseded(version) { await examineDrift(target) }
            obstacle = nil
        } catch {
            log.obstacle = BoundedText.cut("\(error)")
            obstacle = log.obstacle
        }
        log.wasCutShort = isSuperseded(version)
        finish(target, version, &log)
        return log
    }

    func isSuperseded(_ version: UInt64) -> Bool { isHalted || desiredVersion != version }

    /// Takes back that nothing could be done, since something was.
    func clearObstacle() {
        guard obstacle != nil else { return }
        obstacle = nil
        news.notify()
    }

    private func finish(_ target: DesiredState, _ version: UInt64, _ log: inout PassLog) {
        for record in records.values {
            switch record.state {
            case .applied: continue
            case .pending, .failed: log.failed += 1
            case .waiting: log.waiting += 1
            }
        }
        log.held = held.count
        // With an obstacle the back-off says when: a pass may end before it takes up what is due here.
        log.recheck = log.obstacle == nil ? timeToNextLook : nil
        if !log.wasCutShort, log.obstacle == nil {
            settledGeneration = target.generation
            settledRevision = target.revision
        }
        metrics.note(log)
        noteWatchedKinds()
        news.notify()
    }

    /// Reads the inventory on the cluster once, and forgets records that it does not know: the cluster was restored from an
    /// older state.
    private func openInventory() async throws(ClusterError) {
        guard !isInventoryOpen else { return }
        try await checkCluster()
        (book, records) = try await cluster.readInventory()
        if let cached = try? await state.read(RecordCache.file) {
            for (key, record) in RecordCache.decode(cached) where book.entries[key] != nil { records[key] = record }
        }
        for (key, record) in records where record.health != .ready { queueHealth(key) }
        isInventoryOpen = true
    }

    /// Layers have the same names everywhere: on another cluster our bundle would prune that cluster's objects.
    func checkCluster() async throws(ClusterError) {
        let found: String
        do throws(KubernetesError) { found = try await cluster.uid() } catch {
            throw ClusterError("the cluster cannot be identified: \(error)")
        }
        guard found == clusterUID else {
            throw ClusterError(
                "this API server is another cluster (\(found)) than the one that was enrolled (\(clusterUID)): check "
                    + "--kubeconfig and --context, or enrol it with a --state-dir of its own"
            )
        }
    }

    /// Makes the inventory the superset of what is and what will be, before anything is created.
    private func declare(_ target: DesiredState, _ version: UInt64) {
        guard declaredVersion != version else { return }
        for (key, object) in target.objects {
            book.declare(key, InventoryBook.Entry(apiVersion: object.apiVersion, layer: object.layer))
            if records[key] == nil { records[key] = ObjectRecord(apiVersion: object.apiVersion) }
        }
        if records.count > target.objects.count {
            records = records.filter { target.objects[$0.key] != nil }
        }
        declaredVersion = version
    }

    /// Writes the chunks of the inventory that differ from what is on the cluster.
    func writeInventory() async throws(ClusterError) {
        guard !book.dirty.isEmpty else { return }
        book.announceKinds()
        try await write(book.dirty)
    }

    private func write(_ chunks: Set<Int>) async throws(ClusterError) {
        for chunk in chunks.sorted() {
            let object = ClusterAPI.chunk(chunk, of: book, records)
            // Before the request: what is noted while it is under way is written with the next one.
            book.markWritten(chunk)
            do throws(ClusterError) { try await cluster.write(chunk: object) } catch {
                book.markDirty(chunk)
                throw error
            }
        }
    }

    // MARK: - The cache of records

    /// Writes what is known of the objects to the state directory and to the cluster, where it changed since.
    package func keepRecords() async {
        // The disk first: an API server that is away is tried for a while, and a process that is to end may not have it.
        await keepCache()
        guard isInventoryOpen, !book.stale.isEmpty else { return }
        do throws(ClusterError) { try await write(book.stale.union(book.dirty)) } catch {
            logger.warning("The inventory is written later", metadata: ["error": "\(error)"])
        }
    }

    private func keepCache() async {
        guard touchedRecords else { return }
        touchedRecords = false
        do throws(StateError) {
            try await state.write(RecordCache.file, RecordCache.encode(records))
        } catch {
            touchedRecords = true
            logger.warning("The records were not kept", metadata: ["error": "\(error)"])
        }
    }
}
