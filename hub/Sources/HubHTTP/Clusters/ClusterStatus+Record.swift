import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubStore
import JSON

extension ClusterStatus {
    init(
        _ record: StoredCluster,
        _ report: Report?,
        _ standing: Standing,
        since: UnixTime,
        isDetailed: Bool
    ) {
        self.init(
            name: record.name,
            id: record.id,
            provider: record.provider,
            region: record.region,
            labels: record.labels,
            domain: record.domain,
            owner: record.owner,
            description: record.description,
            state: standing.state,
            reason: standing.reason,
            since: since.rfc3339,
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

    /// What a list shows beside the columns of the registry: it is stored with the state.
    var listPart: JSONValue {
        .members([
            "versions": versions, "hold": hold, "driftMode": driftMode, "pendingDeletions": pendingDeletions,
            "agent": agent,
        ])
    }

    /// A row of a list.
    ///
    /// - Throws: `JSONError` when the stored part is none.
    init(_ row: ClusterSummary) throws {
        self.init(
            name: row.name,
            id: row.id,
            provider: row.provider,
            region: row.region,
            labels: row.labels,
            domain: row.domain,
            owner: row.owner,
            description: row.description,
            state: ClusterState(rawValue: row.standing.state),
            reason: row.standing.reason,
            since: row.standing.since.rfc3339,
            desiredRevision: row.desiredRevision,
            appliedRevision: row.appliedRevision,
            generation: row.generation,
            appliedGeneration: row.appliedGeneration,
            lastSeen: row.lastSeen?.rfc3339,
            versions: try row.summary.optional("versions") ?? [:],
            hold: try row.summary.optional("hold"),
            driftMode: try row.summary.optional("driftMode") ?? "enforce",
            pendingDeletions: try row.summary.optional("pendingDeletions"),
            agent: try row.summary.optional("agent")
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
