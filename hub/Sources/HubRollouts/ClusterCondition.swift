import Concurrency
package import HubStore

/// How a cluster takes the revision that it was moved to.
enum ClusterCondition: Hashable {
    /// Nobody answers there, or nothing is to be applied there.
    case away(String)
    /// It has not come to the revision, or is not well with it yet.
    case onItsWay(String)
    case well
    /// It is not well; since when, and why.
    case unwell(since: UnixTime, String)
}

extension RolloutFacts {
    /// How long an agent may be silent before nobody counts on it: the longest poll, and time to try again.
    package static let silence: Duration = .seconds(90)

    /// Why nobody can count on the cluster; `nil` when it answers and takes what it is given.
    func absence(at now: UnixTime) -> String? {
        if isShutOut { return "its agent is shut out" }
        guard enrolledAt != nil else { return "no agent has enrolled yet" }
        if let restraint { return restraint }
        if let heardAt, isSilent(at: now) { return "its agent has been silent since \(heardAt.rfc3339)" }
        if let hold { return "it is paused: \(hold)" }
        if report?.isHeld == true { return "its own people hold it" }
        return nil
    }

    private var heardAt: UnixTime? { enrolledAt.map { max(lastSeen ?? $0, $0) } }

    /// Whether it has an agent, of which nothing was heard for longer than it may be silent.
    func isSilent(at now: UnixTime) -> Bool { heardAt.map { now - $0 > Self.silence } ?? false }

    /// Whether its agent says that it is unwell.
    var isInTrouble: Bool { report.map { ["degraded", "outOfSync"].contains($0.state) } ?? false }

    /// Whether it runs what was published for it at `revision`.
    func runs(_ revision: Int64) -> Bool {
        guard desiredRevision == revision, publishedRevision == revision, let report else { return false }
        return report.generation >= generation
    }

    /// How it takes `revision`, which it was told to run at `movedAt`.
    func condition(at revision: Int64, since movedAt: UnixTime, now: UnixTime) -> ClusterCondition {
        if let absence = absence(at: now) { return .away(absence) }
        let hasArrived = runs(revision)
        let news = alerts.filter { $0.since >= movedAt }
        if let alert = news.min(by: { ($0.since, $0.name) < ($1.since, $1.name) }) {
            return .unwell(since: alert.since, "the alert \(alert.name) fires")
        }
        guard let report else { return .onItsWay("its agent has not reported yet") }
        if isInTrouble, hasArrived || report.state == "outOfSync" {
            // What the report tells of the time before the move is no news.
            let why = report.trouble ?? (report.state == "degraded" ? "it is degraded" : "it cannot be applied")
            return .unwell(since: max(report.stateSince, movedAt), why)
        }
        if hasArrived, report.hasPendingDeletions { return .onItsWay("deletions wait there for a person") }
        if hasArrived, report.state == "inSync" { return .well }
        if publishedRevision != revision { return .onItsWay("its bundle is not out") }
        return .onItsWay(hasArrived ? "it is still progressing" : "it has not applied the revision")
    }
}
