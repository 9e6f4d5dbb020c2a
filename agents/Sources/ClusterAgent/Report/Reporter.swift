import AgentProtocol
import Concurrency
import Kubernetes
package import Logging

/// Sends reports: what is urgent at once, detail coalesced; with the hub away they are kept, and sent in order later.
package actor Reporter {
    static let file = "reports"
    /// The shortest time between two reports that differ only in detail.
    static let interval = Duration.seconds(1)
    /// How soon something urgent is noticed while detail is being collected.
    static let urgency = Duration.milliseconds(250)
    /// The same as `interval` while the hub is away, so that what is kept is worth its place.
    static let intervalAway = Duration.seconds(10)

    private let hub: any HubConnection
    private let state: StateDirectory
    private let reconciler: Reconciler
    private let environment: AgentEnvironment
    private let logger: Logger
    private let cluster: ClusterAPI
    private let bootID: String
    private let agentVersion: String
    private let outgoing = Signal()
    private var kubernetesVersion = ""
    private var sequence: Int64 = 0
    /// What the cluster was like when it was last looked at.
    private var noted: Report?
    /// The newest report, unless it was delivered.
    private var latest: Report?
    /// The report that is on its way and not answered.
    private var sending: Report?
    /// The report that the hub took last, whole.
    private var acknowledged: Report?
    /// The numbers of the buckets that the hub asks for.
    private var wanted: [Int] = []
    private var journal = ReportJournal()
    private var isAway = false
    private var isOnDisk = false
    private var isDiskFull = false

    package init(
        hub: any HubConnection,
        state: StateDirectory,
        reconciler: Reconciler,
        bootID: String,
        agentVersion: String,
        cluster: ClusterAPI,
        environment: AgentEnvironment,
        logger: Logger
    ) {
        self.hub = hub
        self.state = state
        self.reconciler = reconciler
        self.bootID = bootID
        self.agentVersion = agentVersion
        self.cluster = cluster
        self.environment = environment
        self.logger = logger
    }

    /// How many reports the hub has not got yet.
    var waiting: Int { journal.count + (latest == nil ? 0 : 1) }

    /// Reports whatever is new until the task is cancelled.
    package func run() async {
        await load()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.observe() }
            group.addTask { await self.deliver() }
        }
    }

    /// Sends what is not sent yet, once and within `limit`; for the end of the process.
    package func flush(within limit: Duration = .seconds(3)) async {
        await look()
        guard latest != nil || !journal.isEmpty else { return }
        try? await withDeadline(limit) { try await self.sendAll() }
        await keep()
    }

    // MARK: - What there is to say

    /// Looks whenever there is news; waits first when only detail changed, so that it travels together.
    private func observe() async {
        var seen: UInt64 = 0
        while !Task.isCancelled {
            seen = await reconciler.news.wait(after: seen)
            guard !Task.isCancelled else { return }
            if await !look(urgentOnly: true) {
                await coalesce(after: seen)
                seen = reconciler.news.version
                await look()
            }
            if isAway { await keep() }
        }
    }

    /// Waits until the interval has passed, or something urgent was taken up.
    private func coalesce(after seen: UInt64) async {
        let interval = isAway ? Self.intervalAway : Self.interval
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [environment] in try? await environment.sleep(interval) }
            group.addTask { await self.watchForUrgency(after: seen) }
            await group.next()
            group.cancelAll()
        }
    }

    private func watchForUrgency(after seen: UInt64) async {
        var seen = seen
        while !Task.isCancelled {
            seen = await reconciler.news.wait(after: seen)
            try? await environment.sleep(Self.urgency)
            guard !Task.isCancelled, await !look(urgentOnly: true) else { return }
        }
    }

    /// Takes up how the cluster is now.
    ///
    /// - Returns: false when something changed that is not urgent, and `urgentOnly` left it for later.
    @discardableResult
    private func look(urgentOnly: Bool = false) async -> Bool {
        if kubernetesVersion.isEmpty { kubernetesVersion = (try? await cluster.client.version()) ?? "" }
        let versions = Versions(agent: agentVersion, kubernetes: kubernetesVersion)
        var report = await reconciler.report(bootID: bootID, versions: versions).bounded()
        let isUrgent = noted?.standing != report.standing
        if let noted {
            if report.saysTheSame(as: noted) { return true }
            if urgentOnly, !isUrgent { return false }
        }
        noted = report
        report.observedAt = environment.now().milliseconds
        if let latest, latest != sending, isAway || isUrgent { journal.append(numbered(latest)) }
        latest = report
        outgoing.notify()
        return true
    }

    // MARK: - Delivery

    private func deliver() async {
        var backoff = Backoff(base: .milliseconds(500), cap: .seconds(30))
        var seen: UInt64 = 0
        while !Task.isCancelled {
            do {
                try await sendAll()
                backoff.reset()
                seen = await outgoing.wait(after: seen)
            } catch {
                guard !Task.isCancelled else { return }
                isAway = true
                await keep()
                logger.debug("A report was not delivered", metadata: ["error": "\(error)"])
                let patience = (error as? HubError)?.retryAfter ?? .zero
                // The jitter comes on top of what the hub asks for, so that its agents do not all come back at once.
                try? await environment.sleep(patience + environment.next(&backoff))
            }
        }
    }

    /// Sends the kept reports in their order, then the newest, then the objects that the hub asks for.
    private func sendAll() async throws {
        var rounds = 0
        while true {
            if let report = journal.first {
                try await sendKept(report)
            } else if let report = latest {
                try await send(report)
            } else if !wanted.isEmpty, rounds < BucketHashes.count {
                rounds += 1
                try await sendObjects()
            } else {
                break
            }
        }
        isAway = false
        isDiskFull = false
        await forget()
    }

    /// Sends a report of this boot or an earlier one as it was kept.
    ///
    /// The hub may have taken it already, or newer ones: then it says so, and the report is done with.
    private func sendKept(_ report: Report) async throws {
        var whole = report
        if journal.dropped > 0 { whole.counts["reportsDropped"] = journal.dropped }
        do { _ = try await exchange(whole) } catch let error as HubError where error.code == .faulty {
            giveUp(report, error)
        }
        journal.removeFirst(report)
    }

    /// Sends the newest report.
    private func send(_ report: Report) async throws {
        var whole = numbered(report)
        if isDiskFull { whole.counts["reportsInMemoryOnly"] = 1 }
        sending = report
        defer { sending = nil }
        do { wanted = try await exchange(whole) } catch let error as HubError where error.code == .faulty {
            giveUp(report, error)
        } catch {
            // A newer one took its place meanwhile: it was before all that was kept since.
            if latest != report { journal.prepend(whole) }
            throw error
        }
        if latest == report { latest = nil }
    }

    /// Lets go of a report that the hub will take no other time either: it must not keep from the hub what comes after it.
    private func giveUp(_ report: Report, _ error: HubError) {
        acknowledged = nil
        logger.error(
            "A report is given up",
            metadata: ["generation": "\(report.generation)", "state": "\(report.state)", "error": "\(error)"]
        )
    }

    /// Sends a whole report, as a delta where the hub has what it is based on.
    ///
    /// - Returns: the numbers of the buckets that the hub asks for.
    private func exchange(_ whole: Report) async throws -> [Int] {
        let message = await message(for: whole)
        var answer = try await hub.report(message)
        if answer.needsFull, message.base != nil { answer = try await hub.report(whole) }
        acknowledged = answer.accepted ? whole : nil
        return answer.buckets
    }

    /// What is sent of a whole report: a delta, and the buckets that changed with it, where the hub has what it is based on.
    private func message(for whole: Report) async -> Report {
        guard let acknowledged else { return whole }
        let delta = whole.delta(since: acknowledged)
        let changed = whole.changedBuckets(since: acknowledged)
        guard !changed.isEmpty else { return delta }
        return delta.carrying(
            await reconciler.objectBuckets(changed, atMost: BucketHashes.count, within: Report.maximumBucketBytes)
        )
    }

    /// Hands over the objects of buckets that the hub asks for; its answer asks for the next.
    private func sendObjects() async throws {
        let buckets = await reconciler.objectBuckets(wanted)
        guard !buckets.isEmpty else {
            wanted = []
            return
        }
        wanted = try await hub.objects(ObjectsReport(bootID: bootID, buckets: buckets)).buckets
    }

    private func numbered(_ report: Report) -> Report {
        sequence += 1
        var report = report
        report.sequence = sequence
        return report
    }

    // MARK: - The disk

    private func load() async {
        guard let bytes = try? await state.read(Self.file) else { return }
        journal = ReportJournal(decoding: bytes)
        isOnDisk = true
    }

    /// Writes what is not delivered; on a full disk it stays in memory, which is said in the log and the next report.
    private func keep() async {
        var last = latest
        last?.sequence = sequence + 1
        let bytes = journal.encoded(with: last)
        guard !bytes.isEmpty else { return await forget() }
        do throws(StateError) {
            try await state.write(Self.file, bytes)
            isOnDisk = true
            isDiskFull = false
        } catch {
            if !isDiskFull {
                logger.warning(
                    "Reports that the hub did not get are kept in memory only",
                    metadata: ["error": "\(error)"]
                )
            }
            isDiskFull = true
        }
    }

    private func forget() async {
        guard isOnDisk else { return }
        await state.remove(Self.file)
        isOnDisk = false
    }
}
