import HubAPI

/// What `otomi wait` waits for, decided from one look at the fleet.
struct FleetGoal {
    /// A cluster that is not there yet, and why.
    struct Laggard: Equatable, CustomStringConvertible {
        let cluster: String
        let why: String
        /// Whether it stands still until a person does something.
        var isHeld = false

        var description: String { "\(cluster): \(why)" }
    }

    /// The clusters that count; `nil` is every one that has an agent.
    let clusters: [String]?
    /// The revision to reach; `nil` is the one that each cluster should run.
    let revision: Int64?
    /// Whether it is enough that the clusters have an agent.
    var isEnrolmentEnough = false

    /// The clusters that are not there yet.
    ///
    /// - Throws: `CommandFailure` when a named cluster does not exist or can never get there.
    func laggards(in fleet: FleetStatus) throws -> [Laggard] {
        guard let clusters else { return fleet.clusters.filter(\.state.isEnrolled).compactMap(laggard) }
        return try clusters.compactMap { name in
            guard let cluster = fleet.clusters.first(where: { $0.name == name }) else {
                throw CommandFailure(.notFound, "there is no cluster \(name). See otomi cluster list")
            }
            if isEnrolmentEnough, cluster.state == .revoked {
                return Laggard(cluster: name, why: "revoked, until its agent enrols with a new token")
            }
            guard cluster.state != .revoked else {
                throw CommandFailure(.failure, "cluster \(name) is revoked, so it will never run another revision")
            }
            return laggard(cluster)
        }
    }

    private func laggard(_ cluster: ClusterStatus) -> Laggard? {
        guard cluster.state != .pending else {
            return Laggard(cluster: cluster.name, why: "pending, its agent has not enrolled yet")
        }
        if isEnrolmentEnough { return nil }
        guard let wanted = revision ?? cluster.desiredRevision else { return nil }
        if let applied = cluster.appliedRevision, applied >= wanted {
            guard let deletions = cluster.pendingDeletions else { return nil }
            let why = deletions.sentence(cluster: cluster.name)
            return Laggard(cluster: cluster.name, why: why, isHeld: !deletions.isConfirmed)
        }
        var why = "\(cluster.state), runs \(cluster.appliedRevision.map { "revision \($0)" } ?? "nothing yet")"
        why += " instead of revision \(wanted)"
        if !cluster.trouble.isEmpty { why += ": \(cluster.trouble)" }
        return Laggard(cluster: cluster.name, why: why, isHeld: cluster.waitsForPerson)
    }
}
