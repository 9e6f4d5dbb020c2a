import Concurrency
import HubAPI
import HubStore
import JSON
import Values

/// Lists of clusters for people: filtered, cut into pages, and cut down to what somebody may see.
struct ClusterList {
    let store: HubStore
    let judge: ClusterJudge

    /// Which clusters somebody asks for.
    struct Selection {
        var filter = ClusterFilter()
        /// Only where this team runs.
        var team: (name: String, index: DocumentIndex)?
    }

    /// One page of the clusters that are asked for and that `view` shows; full pages, whatever is left out between.
    func page(
        _ selection: Selection,
        after: String?,
        limit: Int,
        _ view: FleetView
    ) async throws -> HubAPI.Page<ClusterStatus> {
        let (rows, next) = try await rows(selection, after: after, limit: limit, view)
        let states = selection.filter.states
        // A row may have been found by a state that it is not in any more.
        let items = try await statuses(rows)
            .filter { states.isEmpty || states.contains($0.state.rawValue) }
            .map(view.part(of:))
        return HubAPI.Page(items: items, next: next)
    }

    /// The rows of a page, and where the next begins: after a cluster that `view` shows, for a name tells that it is there.
    func rows(
        _ selection: Selection = Selection(),
        after: String?,
        limit: Int,
        _ view: FleetView
    ) async throws -> (rows: [ClusterSummary], next: String?) {
        var filter = selection.filter
        var next: String??
        if view.teams != nil || selection.team != nil {
            let names = try await names(selection, after: after, limit: limit + 1, view)
            filter.names = Array(names.prefix(limit))
            next = .some(names.count > limit ? filter.names?.last : nil)
        }
        let page = try await store.clusterSummaries(
            filter,
            after: after,
            limit: limit,
            silentBefore: judge.clock() - ClusterJudge.silence
        )
        return (page.items, next ?? page.next)
    }

    /// Rows as statuses; those of which something has changed are looked at anew.
    private func statuses(_ rows: [ClusterSummary]) async throws -> [ClusterStatus] {
        let names = rows.filter(\.isStale).map(\.name)
        let stale = try await store.clusters(named: names)
        let fresh = Dictionary(
            stale.map { ($0.id, judge.status(of: $0, isDetailed: false)) },
            uniquingKeysWith: { first, _ in first }
        )
        return try rows.map { try fresh[$0.id] ?? ClusterStatus($0) }
    }

    /// The names of the clusters that are asked for and that `view` shows, by name.
    func names(
        _ selection: Selection,
        after: String? = nil,
        limit: Int = .max,
        _ view: FleetView
    ) async throws -> [String] {
        var names: [String] = []
        var after = after
        while names.count < limit {
            let batch = try await store.clusterIdentities(selection.filter, after: after, limit: 1_000)
            for cluster in batch where names.count < limit && view.shows(cluster) {
                if let team = selection.team, !team.index.places(team: team.name, on: cluster) { continue }
                names.append(cluster.name)
            }
            guard batch.count == 1_000, let last = batch.last else { break }
            after = last.name
        }
        return names
    }
}
