import HubStore
package import Values

/// Deals the clusters that a rollout touches out to its waves.
package struct WavePlan: Hashable, Sendable {
    /// One cluster as the deal sees it.
    package struct Member: Hashable, Sendable {
        package let id: String
        package let identity: ClusterIdentity
        /// Whether it answers and takes what it is given.
        package var answers = true
        /// Whether its agent says that all is well.
        package var isWell = true
        /// Whether it was a canary of the rollout that this one supersedes, and had not failed.
        package var wasCanary = false
        /// Whether it failed in the rollout that this one supersedes.
        package var hadFailed = false

        package init(id: String, identity: ClusterIdentity) {
            self.id = id
            self.identity = identity
        }
    }

    /// The wave of each cluster by its id, from 0.
    package private(set) var waves: [String: Int] = [:]
    /// How many waves there are; some may have no cluster.
    package private(set) var count: Int

    package init(_ members: [Member], by strategy: RolloutStrategy) {
        count = max(1, strategy.waves.count)
        // What is broken already has nothing to lose, and shows best whether the next revision mends it.
        var rest = members.filter { !$0.hadFailed }.sorted(by: Self.precedes)
        for member in members where member.hadFailed { waves[member.id] = 0 }
        for (number, wave) in strategy.waves.enumerated() {
            let taken: [Member]
            switch wave.selection {
            case .canary(let count): taken = Array(rest.sorted(by: Self.isBetterCanary).prefix(count))
            case .count(let count): taken = Array(rest.prefix(count))
            case .percentage(let percentage):
                let wanted = RolloutAmount.percentage(percentage).of(members.count)
                taken = Array(rest.prefix(max(0, wanted - waves.count)))
            case .selector(let selector): taken = rest.filter { $0.identity.matches(selector) }
            case .clusters(let names): taken = rest.filter { names.contains($0.identity.name) }
            }
            let ids = Set(taken.map(\.id))
            for id in ids { waves[id] = number }
            rest.removeAll { ids.contains($0.id) }
        }
        // What no wave names comes last.
        guard !rest.isEmpty else { return }
        if !strategy.waves.isEmpty { count += 1 }
        for member in rest { waves[member.id] = count - 1 }
    }

    /// Those who answer come first, so that a wave is not made of absent clusters alone.
    private static func precedes(_ left: Member, _ right: Member) -> Bool {
        (left.answers ? 0 : 1, left.identity.name) < (right.answers ? 0 : 1, right.identity.name)
    }

    private static func isBetterCanary(_ left: Member, _ right: Member) -> Bool {
        for quality in [\Member.answers, \.isLabelled, \.wasCanary, \.isWell]
        where left[keyPath: quality] != right[keyPath: quality] {
            return left[keyPath: quality]
        }
        return left.identity.name < right.identity.name
    }
}

extension WavePlan.Member {
    /// Whether a label makes it a canary.
    var isLabelled: Bool {
        RolloutWave.canaryLabels.contains { label in identity.labels[label].map { $0 != "false" } ?? false }
    }
}
