import HubStore
import JSON
import Values

/// What of the events somebody sees: all of them, or those of their teams and of the clusters where their teams live.
struct EventView: Sendable {
    /// What may be known of a cluster by who lives there; other kinds are the platform's own.
    private static let shared: Set<String> = [
        "cluster.added", "cluster.state", "cluster.paused", "cluster.resumed", "cluster.revoked", "cluster.readmitted",
        "cluster.drift-mode-set",
    ]
    private static let sharedBeginnings = ["rollout."]
    /// What of the data does not speak of other teams' objects.
    private static let sharedMembers: Set<String> = ["state", "from", "to", "since", "generation", "wave", "rollout"]

    private let caller: Caller
    private let store: HubStore
    private let teams: Set<String>?

    init(of caller: Caller, _ store: HubStore) {
        self.caller = caller
        self.store = store.unbound
        teams = caller.principal.maySeeEveryTeam ? nil : Set(caller.principal.teams)
    }

    /// The events that they see, and of each what they see.
    ///
    /// - Throws: `StoreError`.
    func part(of events: [EventRecord]) async throws -> [EventRecord] {
        guard let teams else { return events }
        let shared = events.filter(Self.isShared)
        let clusters = shared.isEmpty ? [] : try await visible(Set(shared.compactMap(\.cluster)))
        return events.compactMap { event in
            if let team = event.team { return teams.contains(team) ? event : nil }
            guard Self.isShared(event), let cluster = event.cluster, clusters.contains(cluster) else { return nil }
            var part = event
            part.data = .object((event.data.objectValue ?? [:]).filter { Self.sharedMembers.contains($0.key) })
            return part
        }
    }

    private static func isShared(_ event: EventRecord) -> Bool {
        event.team == nil && event.cluster != nil
            && (shared.contains(event.kind) || sharedBeginnings.contains { event.kind.hasPrefix($0) })
    }

    /// Those of the clusters where one of their teams lives today.
    private func visible(_ names: Set<String>) async throws -> Set<String> {
        let view = try await FleetView(of: caller, store)
        let clusters = try await store.clusterIdentities(ClusterFilter(names: names.sorted()))
        return Set(clusters.filter(view.shows).map(\.name))
    }
}
