import AgentProtocol
import Concurrency
import HubAPI
import HubRollouts
import HubStore
import JSON

/// Finds how clusters stand now.
struct ClusterJudge: Sendable {
    /// How long an agent may be silent before its cluster counts as lost, and nobody counts on it.
    static let silence = RolloutFacts.silence

    let clock: WallClock
    /// Since when agents could speak to this hub: while it was down, none could.
    let listeningSince: UnixTime

    init(clock: @escaping WallClock) {
        self.clock = clock
        listeningSince = clock()
    }

    /// Agents that were last heard of before are silent; `nil` while the hub has not listened for long enough to tell.
    var silentBefore: UnixTime? {
        let moment = clock() - Self.silence
        return moment >= listeningSince ? moment : nil
    }

    /// A cluster as people see it; `isDetailed` also lists layers and objects that are not ready.
    func status(of record: StoredCluster, isDetailed: Bool) -> ClusterStatus {
        let (standing, report) = judge(record)
        return ClusterStatus(record, report, standing, since: since(of: record, standing), isDetailed: isDetailed)
    }

    /// How a cluster stands, for the store to keep.
    func standing(of record: StoredCluster) -> ClusterStanding {
        let (standing, report) = judge(record)
        let status = ClusterStatus(record, report, standing, since: record.createdAt, isDetailed: false)
        return ClusterStanding(
            state: standing.state.rawValue,
            reason: standing.reason,
            cause: standing.cause,
            since: standing.since,
            isSilent: isSilent(record),
            summary: status.listPart
        )
    }

    private func judge(_ record: StoredCluster) -> (Standing, Report?) {
        let report = record.report.flatMap { try? Report(json: $0.body) }
        return (Standing(record, report: report, isSilent: isSilent(record)), report)
    }

    private func isSilent(_ record: StoredCluster) -> Bool {
        guard let lastSeen = record.lastSeen ?? record.agent?.enrolledAt else { return false }
        // Before it can tell itself, the hub believes what another replica has found.
        guard let silentBefore else { return record.standing.isSilent && clock() - lastSeen > Self.silence }
        return lastSeen < silentBefore
    }

    private func since(of record: StoredCluster, _ standing: Standing) -> UnixTime {
        let found = ClusterStanding(
            state: standing.state.rawValue,
            reason: nil,
            cause: "",
            since: standing.since,
            isSilent: isSilent(record),
            summary: [:]
        )
        return record.standing.since(of: found, now: clock())
    }
}
