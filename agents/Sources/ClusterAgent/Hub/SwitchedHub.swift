import AgentProtocol
import Bundles
import Concurrency
import Synchronization

/// The way to the hub, which is replaced when the agent's key is; and what the hub says about the key on that way.
final class SwitchedHub: HubConnection {
    /// What the hub has said about the agent's key.
    struct Notice: Sendable {
        /// It wants new keys.
        var isRotationAsked = false
        /// It does not take the key any more, because the agent was silent for too long.
        var isExpired = false
    }

    /// Notified by every answer to a question for news, and by everything that is said about the key.
    let news = Signal()
    private let current: Mutex<any HubConnection>
    private let notice = Mutex(Notice())

    init(_ hub: any HubConnection) {
        current = Mutex(hub)
    }

    /// Goes on by another way; what is under way is finished on the old one.
    func change(to hub: any HubConnection) {
        current.withLock { $0 = hub }
        notice.withLock { $0 = Notice() }
    }

    /// What was said about the key since the last time this was asked.
    func takeNotice() -> Notice {
        notice.withLock { notice in
            defer { notice = Notice() }
            return notice
        }
    }

    private var hub: any HubConnection { current.withLock { $0 } }

    func enrol(_ request: EnrolRequest) async throws(HubError) -> EnrolResponse { try await hub.enrol(request) }

    func rotate(_ request: RotateRequest) async throws(HubError) -> RotateResponse { try await hub.rotate(request) }

    func renew(_ request: RenewRequest) async throws(HubError) -> RotateResponse { try await hub.renew(request) }

    func news(
        after version: Int64?,
        root: Int64?,
        generation: Int64?,
        wait: Duration
    ) async throws(HubError) -> Parcel? {
        defer { news.notify() }
        return try await watched { () async throws(HubError) in
            try await hub.news(after: version, root: root, generation: generation, wait: wait)
        }
    }

    func metadata(_ file: MetadataFileName, limit: Int) async throws(HubError) -> [UInt8]? {
        try await watched { () async throws(HubError) in try await hub.metadata(file, limit: limit) }
    }

    func layer(_ digest: Digest, length: Int) async throws(HubError) -> [UInt8] {
        try await watched { () async throws(HubError) in try await hub.layer(digest, length: length) }
    }

    func report(_ report: Report) async throws(HubError) -> ReportResponse {
        let response = try await watched { () async throws(HubError) in try await hub.report(report) }
        if response.rotateKeys {
            notice.withLock { $0.isRotationAsked = true }
            news.notify()
        }
        return response
    }

    func objects(_ report: ObjectsReport) async throws(HubError) -> ReportResponse {
        try await watched { () async throws(HubError) in try await hub.objects(report) }
    }

    func trial(_ report: TrialReport) async throws(HubError) {
        try await watched { () async throws(HubError) in try await hub.trial(report) }
    }

    private func watched<Result>(
        _ body: () async throws(HubError) -> Result
    ) async throws(HubError) -> Result {
        do throws(HubError) { return try await body() } catch {
            if error.code == .keyExpired {
                notice.withLock { $0.isExpired = true }
                news.notify()
            }
            throw error
        }
    }
}
