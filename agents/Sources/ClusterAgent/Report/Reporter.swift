import AgentProtocol
import Concurrency
import JSON
import Kubernetes
package import Logging

/// Sends reports: the first at once, further ones coalesced, the last unsent one kept on disk.
package actor Reporter {
    static let file = "report"
    /// The shortest time between two reports about the same generation.
    static let interval = Duration.seconds(1)

    private let hub: any HubConnection
    private let state: StateDirectory
    private let reconciler: Reconciler
    private let environment: AgentEnvironment
    private let logger: Logger
    private let cluster: ClusterAPI
    private let bootID: String
    private let agentVersion: String
    private var kubernetesVersion = ""
    private var sequence: Int64 = 0
    private var sent: Report?
    private var isKept = false

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
    var waiting: Int { isKept ? 1 : 0 }

    /// Reports whatever is new until the task is cancelled.
    package func run() async {
        await sendKept()
        var backoff = Backoff(base: .milliseconds(500), cap: .seconds(30))
        var seen: UInt64 = 0
        while !Task.isCancelled {
            seen = await reconciler.news.wait(after: seen)
            while !Task.isCancelled {
                guard let content = await unsent() else { break }
                do throws(HubError) {
                    try await send(content)
                    backoff.reset()
                } catch {
                    logger.debug("A report was not delivered", metadata: ["error": "\(error)"])
                    await keep(content)
                    let wait = max(environment.next(&backoff), error.retryAfter ?? .zero)
                    try? await environment.sleep(wait)
                }
            }
        }
    }

    /// Sends what is not sent yet, once and within `limit`; for the end of the process.
    package func flush(within limit: Duration = .seconds(3)) async {
        let report = await current()
        if let sent, report.saysTheSame(as: sent) { return }
        do { try await withDeadline(limit) { try await self.send(report) } } catch { await keep(report) }
    }

    /// Delivers the last words of an earlier run that the hub did not get, before any of this one.
    private func sendKept() async {
        guard let bytes = try? await state.read(Self.file) else { return }
        if let json = try? JSONValue(parsing: bytes), let report = try? Report(json: json) {
            guard (try? await hub.report(report)) != nil else { return }
        }
        await state.remove(Self.file)
    }

    /// What differs from the last report; waits first when only details changed, so that they travel together.
    private func unsent() async -> Report? {
        let report = await current()
        guard let sent else { return report }
        guard !report.saysTheSame(as: sent) else { return nil }
        let isUrgent =
            sent.generation != report.generation || sent.state != report.state || sent.trustError != report.trustError
        guard !isUrgent else { return report }
        try? await environment.sleep(Self.interval)
        return await current()
    }

    private func current() async -> Report {
        if kubernetesVersion.isEmpty { kubernetesVersion = (try? await cluster.client.version()) ?? "" }
        let versions = Versions(agent: agentVersion, kubernetes: kubernetesVersion)
        return await reconciler.report(bootID: bootID, versions: versions)
    }

    private func send(_ report: Report) async throws(HubError) {
        sequence += 1
        var report = report
        report.sequence = sequence
        report.observedAt = environment.now().milliseconds
        try await hub.report(report)
        sent = report
        if isKept {
            await state.remove(Self.file)
            isKept = false
        }
    }

    private func keep(_ report: Report) async {
        var report = report
        report.sequence = sequence
        report.observedAt = environment.now().milliseconds
        isKept = (try? await state.write(Self.file, report.json.serialized())) != nil
    }
}
