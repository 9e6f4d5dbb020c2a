import AgentProtocol
import Bundles
import Concurrency
import Observability
import Synchronization

/// A hub whose calls are counted, and which knows when it last answered.
struct MeteredHub: HubConnection {
    /// When the hub last answered, in any way.
    final class Contact: Sendable {
        private let time = Mutex<UnixTime?>(nil)

        var last: UnixTime? { time.withLock { $0 } }

        func note(_ now: UnixTime) { time.withLock { $0 = now } }
    }

    let hub: any HubConnection
    let metrics: AgentMetrics
    let pulse: AgentPulse
    let contact: Contact
    let environment: AgentEnvironment

    func enrol(_ request: EnrolRequest) async throws(HubError) -> EnrolResponse {
        try await counted("enrol") { () async throws(HubError) in try await hub.enrol(request) }
    }

    func rotate(_ request: RotateRequest) async throws(HubError) -> RotateResponse {
        try await counted("rotate") { () async throws(HubError) in try await hub.rotate(request) }
    }

    func renew(_ request: RenewRequest) async throws(HubError) -> RotateResponse {
        try await counted("renew") { () async throws(HubError) in try await hub.renew(request) }
    }

    func news(
        after version: Int64?,
        root: Int64?,
        generation: Int64?,
        wait: Duration
    ) async throws(HubError) -> Parcel? {
        pulse.beat(.following)
        return try await counted("timestamp") { () async throws(HubError) in
            try await hub.news(after: version, root: root, generation: generation, wait: wait)
        }
    }

    func metadata(_ file: MetadataFileName, limit: Int) async throws(HubError) -> [UInt8]? {
        try await counted("metadata") { () async throws(HubError) in try await hub.metadata(file, limit: limit) }
    }

    func layer(_ digest: Digest, length: Int) async throws(HubError) -> [UInt8] {
        try await counted("layer") { () async throws(HubError) in try await hub.layer(digest, length: length) }
    }

    func report(_ report: Report) async throws(HubError) -> ReportResponse {
        try await counted("report") { () async throws(HubError) in try await hub.report(report) }
    }

    func objects(_ report: ObjectsReport) async throws(HubError) -> ReportResponse {
        try await counted("objects") { () async throws(HubError) in try await hub.objects(report) }
    }

    func trial(_ report: TrialReport) async throws(HubError) {
        try await counted("trial") { () async throws(HubError) in try await hub.trial(report) }
    }

    private func counted<Result>(
        _ call: String,
        _ body: () async throws(HubError) -> Result
    ) async throws(HubError) -> Result {
        do throws(HubError) {
            let result = try await body()
            note(call, "ok")
            contact.note(environment.now())
            return result
        } catch {
            note(call, error.code.rawValue, patience: error.retryAfter ?? .zero)
            if [.busy, .refused, .faulty, .keyExpired, .pending].contains(error.code) {
                contact.note(environment.now())
            }
            throw error
        }
    }

    private func note(_ call: String, _ result: String, patience: Duration = .zero) {
        metrics.hubCalls.increment(("call", call), ("result", result))
        // Reports go their own way; they say nothing about whether news are followed.
        if call != "report", call != "objects", call != "trial" { pulse.beat(.following, longer: patience) }
    }
}
