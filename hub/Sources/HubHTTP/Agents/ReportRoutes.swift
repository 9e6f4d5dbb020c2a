import AgentProtocol
import Concurrency
import HubAPI
import HubStore
import Hummingbird
import JSON

/// Takes what agents say of their clusters: reports, and the states of objects that differ from what is stored.
///
/// What many agents say at the same moment goes into the database together.
struct ReportRoutes {
    private let presence: AgentPresence
    private let reports: ReportLimiter
    private let objects: ReportLimiter
    private let deliveries: BatchedWrites<AgentDelivery, DeliveryReceipt>

    init(store: HubStore, presence: AgentPresence, clock: @escaping WallClock) {
        self.presence = presence
        reports = ReportLimiter(burst: 60, perSecond: 5, clock: clock)
        objects = ReportLimiter(burst: 32, perSecond: 4, clock: clock)
        deliveries = BatchedWrites(key: \.clusterID) { try await store.take($0) }
    }

    func add(to group: RouterGroup<HubContext>) {
        group.post("\(AgentRoute.report.path)", use: report)
        group.post("\(AgentRoute.objects.path)", use: keepObjects)
    }

    private func report(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        presence.saw(agent)
        try reports.admit(agent.clusterID)
        let report = try await request.agentMessage(Report.self)
        let delivery = AgentDelivery(
            AgentReport(report),
            buckets: report.buckets.map(ObjectBucket.init),
            clusterID: agent.clusterID,
            merge: { stored in report.merged(onto: try? Report(json: stored))?.json },
            objects: Self.objects
        )
        return try await answer(to: delivery, rotatesKeys: agent.isRotationAsked)
    }

    private func keepObjects(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        presence.saw(agent)
        try objects.admit(agent.clusterID)
        let message = try await request.agentMessage(ObjectsReport.self)
        let buckets = message.buckets.map(ObjectBucket.init)
        return try await answer(
            to: AgentDelivery(
                buckets,
                bootID: message.bootID,
                clusterID: agent.clusterID,
                objects: Self.objects
            ),
            rotatesKeys: false
        )
    }

    /// Stores what an agent says, and asks for the buckets whose objects are not stored as the last report hashes them.
    private func answer(to delivery: AgentDelivery, rotatesKeys: Bool) async throws -> Response {
        let receipt: DeliveryReceipt
        do { receipt = try await deliveries.write(delivery) } catch is LineFull {
            throw Postponement(
                Problem(.unavailable, detail: "The hub has more reports to store than it can keep in mind."),
                retryAfterSeconds: 5
            )
        }
        switch receipt.outcome {
        case .outdated: return Response(ReportResponse(accepted: false))
        case .needsFull: return Response(ReportResponse(accepted: false, needsFull: true))
        case .taken:
            // What was sent just now and differs all the same has changed since the last report: the next one says how.
            let sent = Set(delivery.buckets.map(\.number))
            return Response(
                ReportResponse(
                    accepted: true,
                    buckets: receipt.differing.filter { !sent.contains($0) },
                    rotateKeys: rotatesKeys
                )
            )
        }
    }

    private static func objects(_ objects: JSONValue) -> (any ReportedObjects)? {
        guard let hashes = try? BucketHashes(json: objects), !hashes.hashes.isEmpty else { return nil }
        return hashes
    }
}

extension BucketHashes: ReportedObjects {
    package var bucketHashes: [Int: UInt64] {
        Dictionary(uniqueKeysWithValues: hashes.enumerated().map { ($0.offset, $0.element) })
    }
}

extension AgentReport {
    /// The buckets that it carries are apart: they are no part of what is stored as the report.
    init(_ report: Report) {
        var said = report
        said.buckets = []
        self.init(
            bootID: report.bootID,
            sequence: report.sequence,
            base: report.base,
            generation: report.generation,
            revision: report.revision,
            state: report.state.rawValue,
            observedAt: UnixTime(milliseconds: max(0, report.observedAt)),
            body: said.json
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
