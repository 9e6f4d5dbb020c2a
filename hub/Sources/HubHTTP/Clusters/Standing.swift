import AgentProtocol
import Concurrency
import HubAPI
import HubStore

/// A cluster's state, its reason, and since when, from what the store has.
struct Standing {
    let state: ClusterState
    let reason: String?
    /// The reason without what is peculiar to the cluster, so that clusters with the same trouble count as one.
    let cause: String
    /// When it began, where something tells; `nil` for about now.
    let since: UnixTime?

    init(_ record: StoredCluster, report: Report?, isSilent: Bool) {
        if let revokedAt = record.revokedAt {
            self.init(.revoked, "An operator revoked the cluster.", cause: "revoked by an operator", revokedAt)
        } else if let standing = Standing(admissionOf: record) {
            self = standing
        } else if let agent = record.agent {
            if isSilent {
                let lastSeen = record.lastSeen ?? agent.enrolledAt
                self.init(
                    .lost,
                    "The agent has been silent since \(lastSeen.rfc3339).",
                    cause: "the agent is silent",
                    lastSeen
                )
            } else if let fault = record.fault {
                let what = "Revision \(fault.revision) cannot be compiled for it: \(fault.text)"
                self.init(.outOfSync, what, cause: what, fault.foundAt)
            } else if let stored = record.report, let report {
                self.init(record, stored, report)
            } else {
                self.init(
                    .connected,
                    "The agent has enrolled and not reported yet.",
                    cause: "the agent has not reported yet",
                    agent.enrolledAt
                )
            }
        } else {
            self.init(.pending, "No agent has enrolled yet.", cause: "no agent has enrolled yet", record.createdAt)
        }
    }

    private init(_ record: StoredCluster, _ stored: StoredReport, _ report: Report) {
        let since = stored.stateSince
        if let fault = report.trustError {
            let what = "The agent refuses the bundle: \(fault.message) [\(fault.code)]"
            self.init(.outOfSync, what, cause: "the agent refuses the bundle [\(fault.code)]", nil)
        } else if let hold = ClusterHold(record, report), hold.isHonoured {
            self.init(.held, hold.sentence, cause: hold.sentence, record.directives.hold?.since)
        } else if let hold = record.directives.hold {
            let reason = "\(hold.author) pauses it, which its agent has not said to have heard: \(hold.reason)"
            self.init(.progressing, reason, cause: reason, hold.since)
        } else if report.hold != nil {
            let reason = "It is resumed, which its agent has not said to have heard."
            self.init(.progressing, reason, cause: reason, nil)
        } else if let deletions = ClusterDeletions(record, report, isDetailed: false), !report.state.isTrouble {
            self.init(
                deletions.isConfirmed ? .progressing : .held,
                deletions.sentence(cluster: record.name),
                cause: deletions.isConfirmed ? "makes confirmed deletions" : "deletions wait for confirmation",
                since
            )
        } else if report.state == .held {
            let trouble = Trouble(report)
            self.init(
                .held,
                trouble?.text ?? "Applying waits for a person.",
                cause: trouble?.cause ?? "applying waits for a person",
                since
            )
        } else if stored.revision != record.desiredRevision, report.state == .outOfSync,
            let trouble = Trouble(report)
        {
            self.init(.outOfSync, trouble.text, cause: trouble.cause, since)
        } else if stored.revision != record.desiredRevision {
            let wanted = "Revision \(record.desiredRevision) is wanted, \(stored.revision) is applied."
            self.init(.progressing, wanted, cause: "on the way to revision \(record.desiredRevision)", nil)
        } else {
            let state = ClusterState(rawValue: report.state.rawValue)
            let trouble = state == .inSync ? nil : Trouble(report)
            self.init(state, trouble?.text, cause: trouble?.cause ?? "", since)
        }
    }

    init(_ state: ClusterState, _ reason: String?, cause: String, _ since: UnixTime?) {
        self.state = state
        self.reason = reason
        self.cause = cause
        self.since = since
    }
}

/// What a report says first of what is not well.
private struct Trouble {
    let text: String
    let cause: String

    init?(_ report: Report) {
        if let object = report.notReady.first {
            let place = [object.namespace, object.name].compactMap(\.self).joined(separator: "/")
            text = "\(object.kind) \(place): \(object.reason) \(object.message)"
            cause = "\(object.kind) \(place): \(object.reason)"
        } else if let layer = report.layers.first(where: { !$0.message.isEmpty }) {
            text = "\(layer.name): \(layer.message)"
            cause = text
        } else {
            return nil
        }
    }
}

extension Report.State {
    /// Whether something is wrong that a person should hear of before anything that merely waits.
    fileprivate var isTrouble: Bool { self == .degraded || self == .outOfSync }
}
