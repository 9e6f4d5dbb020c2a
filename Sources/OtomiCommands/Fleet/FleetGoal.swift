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
        let behind = try clustersBehind(in: fleet)
        return isEnrolmentEnough ? behind : behind.map { $0.held(by: fleet.rollouts) } + waiting(in: fleet, behind)
    }

    /// The clusters that run what they should, and whose turn in a rollout is still to come.
    private func waiting(in fleet: FleetStatus, _ behind: [Laggard]) -> [Laggard] {
        let known = Set(behind.map(\.cluster))
        return fleet.rollouts.filter { $0.revision >= revision ?? 0 }.flatMap { turn -> [Laggard] in
            // Nobody has looked yet whom it concerns.
            if turn.state == "planned" {
                return [Laggard(cluster: "rollout \(turn.number)", why: "it is being planned")]
            }
            let names = turn.waiting.filter { !known.contains($0) && clusters?.contains($0) ?? true }
            return names.map { name in
                let why = "its turn in rollout \(turn.number) to revision \(turn.revision) is to come"
                return Laggard(cluster: name, why: why).held(by: [turn])
            }
        }
    }

    private func clustersBehind(in fleet: FleetStatus) throws -> [Laggard] {
        guard let clusters else {
            let behind = fleet.clusters.filter(\.state.isEnrolled).compactMap(laggard)
            guard behind.isEmpty, !fleet.isWhole else { return behind }
            // The hub shows some of many clusters on which something has just changed.
            return [Laggard(cluster: "\(fleet.count - fleet.clusters.count) clusters", why: "not looked at yet")]
        }
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
        // After a rollback the later revision is not what it should run.
        if let applied = cluster.appliedRevision, revision == nil ? applied == wanted : applied >= wanted {
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

extension FleetGoal.Laggard {
    /// The same laggard, which stands still when the rollout that is to move it does.
    fileprivate func held(by rollouts: [RolloutTurn]) -> FleetGoal.Laggard {
        guard let turn = rollouts.first(where: { $0.waitsForPerson && $0.waiting.contains(cluster) }) else {
            return self
        }
        let reason = turn.reason.map { ": \($0)" } ?? ""
        let why = "\(why); rollout \(turn.number) is \(turn.state)\(reason)"
        return FleetGoal.Laggard(cluster: cluster, why: why, isHeld: true)
    }
}
