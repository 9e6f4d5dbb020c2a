import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubPublisher
import HubStore

extension ClusterStatus {
    /// How long an agent may be silent before its cluster counts as lost: three polls.
    static let silence: Duration = .seconds(90)

    /// A cluster as people see it at `now`; `isDetailed` also lists layers and objects that are not ready.
    ///
    /// `blocked`: why its bundle could not be published, if that is so.
    init(_ record: StoredCluster, blocked: BlockedPublication?, now: UnixTime, isDetailed: Bool) {
        let report = record.report.flatMap { try? Report(json: $0.body) }
        let standing = Standing(record, blocked: blocked, report: report, now: now)
        self.init(
            name: record.name,
            id: record.id,
            provider: record.provider,
            region: record.region,
            labels: record.labels,
            domain: record.domain,
            state: standing.state,
            reason: standing.reason,
            since: standing.since.rfc3339,
            desiredRevision: record.desiredRevision,
            appliedRevision: record.report?.revision,
            generation: record.generation,
            appliedGeneration: record.report?.generation,
            lastSeen: record.lastSeen?.rfc3339,
            versions: report.map { ["agent": $0.versions.agent, "kubernetes": $0.versions.kubernetes] } ?? [:],
            layers: isDetailed ? report?.layers.map(LayerStatus.init) ?? [] : [],
            notReady: isDetailed ? report?.notReady.map(\.json) ?? [] : [],
            hold: ClusterHold(record, report),
            driftMode: record.directives.drift.rawValue,
            pendingDeletions: ClusterDeletions(record, report, isDetailed: isDetailed),
            agent: ClusterAgent(record)
        )
    }
}

extension LayerStatus {
    init(_ report: LayerReport) {
        self.init(
            name: report.name,
            digest: report.digest.hex,
            state: report.state.rawValue,
            objects: report.objects,
            applied: report.applied,
            failed: report.failed,
            message: report.message.isEmpty ? nil : report.message
        )
    }
}

/// A cluster's state, its reason, and since when, from what the store has.
struct Standing {
    let state: ClusterState
    let reason: String?
    let since: UnixTime

    init(_ record: StoredCluster, blocked: BlockedPublication?, report: Report?, now: UnixTime) {
        if let revokedAt = record.revokedAt {
            self.init(.revoked, "An operator revoked the cluster.", revokedAt)
        } else if let standing = Standing(admissionOf: record) {
            self = standing
        } else if let agent = record.agent {
            let lastSeen = record.lastSeen ?? agent.enrolledAt
            if now - lastSeen > ClusterStatus.silence {
                self.init(.lost, "The agent has been silent since \(lastSeen.rfc3339).", lastSeen)
            } else if let blocked, blocked.revision == record.desiredRevision {
                let fault = blocked.faults.first.map { "\($0)" } ?? "it has faults"
                let since = record.report?.receivedAt ?? agent.enrolledAt
                self.init(.outOfSync, "Revision \(blocked.revision) cannot be compiled for it: \(fault)", since)
            } else if let stored = record.report, let report {
                self.init(record, stored, report)
            } else {
                self.init(.connected, "The agent has enrolled and not reported yet.", agent.enrolledAt)
            }
        } else {
            self.init(.pending, "No agent has enrolled yet.", record.createdAt)
        }
    }

    private init(_ record: StoredCluster, _ stored: StoredReport, _ report: Report) {
        let since = stored.stateSince
        if let fault = report.trustError {
            self.init(.outOfSync, "The agent refuses the bundle: \(fault.message) [\(fault.code)]", since)
        } else if let hold = ClusterHold(record, report), hold.isHonoured {
            self.init(.held, hold.sentence, since)
        } else if let hold = record.directives.hold {
            let reason = "\(hold.author) pauses it, which its agent has not said to have heard: \(hold.reason)"
            self.init(.progressing, reason, hold.since)
        } else if report.hold != nil {
            self.init(.progressing, "It is resumed, which its agent has not said to have heard.", stored.receivedAt)
        } else if let deletions = ClusterDeletions(record, report, isDetailed: false), !report.state.isTrouble {
            self.init(deletions.isConfirmed ? .progressing : .held, deletions.sentence(cluster: record.name), since)
        } else if report.state == .held {
            self.init(.held, Self.firstMessage(report) ?? "Applying waits for a person.", since)
        } else if stored.revision != record.desiredRevision, report.state == .outOfSync,
            let reason = Self.firstMessage(report)
        {
            self.init(.outOfSync, reason, since)
        } else if stored.revision != record.desiredRevision {
            let wanted = "Revision \(record.desiredRevision) is wanted, \(stored.revision) is applied."
            self.init(.progressing, wanted, stored.receivedAt)
        } else {
            let state = ClusterState(rawValue: report.state.rawValue)
            self.init(state, state == .inSync ? nil : Self.firstMessage(report), since)
        }
    }

    init(_ state: ClusterState, _ reason: String?, _ since: UnixTime) {
        self.state = state
        self.reason = reason
        self.since = since
    }

    private static func firstMessage(_ report: Report) -> String? {
        if let object = report.notReady.first {
            let place = [object.namespace, object.name].compactMap(\.self).joined(separator: "/")
            return "\(object.kind) \(place): \(object.reason) \(object.message)"
        }
        return report.layers.first { !$0.message.isEmpty }.map { "\($0.name): \($0.message)" }
    }
}

extension Report.State {
    /// Whether something is wrong that a person should hear of before anything that merely waits.
    fileprivate var isTrouble: Bool { self == .degraded || self == .outOfSync }
}
