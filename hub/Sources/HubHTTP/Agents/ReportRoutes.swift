import AgentProtocol
import Concurrency
import HubAPI
import HubStore
import Hummingbird
import JSON

/// Takes what agents say of their clusters: reports, and the states of objects that differ from what is stored.
struct ReportRoutes {
    private let store: HubStore
    private let presence: AgentPresence
    private let reports: ReportLimiter
    private let objects: ReportLimiter

    init(store: HubStore, presence: AgentPresence, clock: @escaping WallClock) {
        self.store = store
        self.presence = presence
        reports = ReportLimiter(burst: 60, perSecond: 5, clock: clock)
        objects = ReportLimiter(burst: 32, perSecond: 4, clock: clock)
    }

    func add(to group: RouterGroup<HubContext>) {
        group.post("\(AgentRoute.report.path)", use: report)
        group.post("\(AgentRoute.objects.path)", use: keepObjects)
    }

    private func report(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        presence.saw(agent)
        try reports.admit(agent.clusterID)
        let report = try await request.message(Report.self, limit: BodyLimits.report)
        let outcome = try await store.record(AgentReport(report), clusterID: agent.clusterID) { stored in
            report.merged(onto: try? Report(json: stored))?.json
        }
        switch outcome {
        case .outdated: return Response(ReportResponse(accepted: false))
        case .needsFull: return Response(ReportResponse(accepted: false, needsFull: true))
        case .taken(let whole):
            let missing = try await missingBuckets(agent, whole)
            return Response(ReportResponse(accepted: true, buckets: missing, rotateKeys: agent.isRotationAsked))
        }
    }

    private func keepObjects(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        presence.saw(agent)
        try objects.admit(agent.clusterID)
        let message = try await request.message(ObjectsReport.self, limit: BodyLimits.report)
        let whole = try await store.keep(
            message.buckets.map(ObjectBucket.init),
            bootID: message.bootID,
            clusterID: agent.clusterID
        )
        guard let whole else { return Response(ReportResponse(accepted: false)) }
        // What was sent just now and differs all the same has changed since the last report: the next one says how.
        let sent = Set(message.buckets.map(\.number))
        let missing = try await missingBuckets(agent, whole).filter { !sent.contains($0) }
        return Response(ReportResponse(accepted: true, buckets: missing))
    }

    /// The buckets whose objects are not stored as the last report hashes them.
    private func missingBuckets(_ agent: AgentIdentity, _ report: JSONValue) async throws -> [Int] {
        guard let hashes = try report.optional("objects", as: BucketHashes.self) else { return [] }
        return hashes.differing(from: try await store.bucketHashes(clusterID: agent.clusterID))
    }
}

extension AgentReport {
    init(_ report: Report) {
        self.init(
            bootID: report.bootID,
            sequence: report.sequence,
            base: report.base,
            generation: report.generation,
            revision: report.revision,
            state: report.state.rawValue,
            observedAt: UnixTime(milliseconds: max(0, report.observedAt)),
            body: report.json
        )
    }
}

extension ObjectBucket {
    init(_ bucket: ObjectsReport.Bucket) {
        self.init(
            number: bucket.number,
            hash: bucket.hash,
            objects: bucket.objects.map { state in
                var object = state.json
                object["key"] = .string(ObjectStatus.key(of: state))
                return object
            }
        )
    }
}

extension ObjectStatus {
    /// What objects are listed by; no part can hold a slash.
    static func key(of state: ObjectState) -> String {
        [state.namespace ?? "", state.kind, state.group, state.name].joined(separator: "/")
    }
}
