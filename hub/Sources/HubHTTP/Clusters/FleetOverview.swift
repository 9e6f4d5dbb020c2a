import Concurrency
import HubAPI
import HubStore
import Values

/// How the fleet is, in a size that does not grow with it: counts, what is wrong by its causes, and some clusters.
struct FleetOverview {
    /// How many causes are told apart.
    private static let maximumProblems = 100

    let store: HubStore
    let judge: ClusterJudge
    let view: FleetView

    private var list: ClusterList { ClusterList(store: store, judge: judge) }

    /// `status` with what it shows of the clusters.
    ///
    /// - Parameters:
    ///   - status: what else it says.
    ///   - names: only these clusters; `nil` for all.
    ///   - behind: only clusters that are not there yet.
    ///   - limit: how many clusters are shown one by one.
    /// - Returns: counts, causes and clusters beside what it said already.
    /// - Throws: `StoreError`.
    func status(
        _ status: FleetStatus,
        names: [String]?,
        behind: ClusterFilter.Goal?,
        limit: Int
    ) async throws -> FleetStatus {
        var status = status
        let filter = ClusterFilter(names: names, behind: behind)
        // Whoever sees a part of the fleet gets its counts by name.
        let isPart = view.teams != nil || names != nil
        let shown = isPart ? try await list.names(.init(filter: ClusterFilter(names: names)), view) : nil
        let counts = try await store.clustersByState(names: shown)
        status.states = counts
        status.count = counts.values.reduce(0, +)
        status.problems = try await problems(shown)
        if behind != nil {
            var behindFilter = filter
            behindFilter.names = shown
            status.count = try await store.clusterCount(behindFilter)
        }
        if status.count <= limit || behind != nil {
            status.clusters = try await list.page(.init(filter: filter), after: nil, limit: limit, view).items
        } else {
            status.clusters = try await urgent(filter, counts, limit)
        }
        if behind == nil, status.isWhole {
            status.states = FleetStatus(revision: 0, version: "", clusters: status.clusters).states
        }
        return status
    }

    /// The first clusters by how much a person should care.
    private func urgent(_ filter: ClusterFilter, _ counts: [String: Int], _ limit: Int) async throws -> [ClusterStatus]
    {
        var clusters: [ClusterStatus] = []
        for state in ClusterState.known where clusters.count < limit && counts[state.rawValue] ?? 0 > 0 {
            var filter = filter
            filter.states = [state.rawValue]
            clusters += try await list.page(.init(filter: filter), after: nil, limit: limit - clusters.count, view)
                .items
        }
        return clusters
    }

    private func problems(_ names: [String]?) async throws -> [FleetProblem] {
        let problems = try await store.troubles(names: names, limit: Self.maximumProblems).map(FleetProblem.init)
        guard view.teams != nil else { return problems }
        // A cause may speak of other teams' objects: what is left are the states.
        var told: [FleetProblem] = []
        for var problem in problems {
            if ![.pending, .lost, .revoked].contains(problem.state) {
                problem.cause = ""
                problem.reason = nil
            }
            if let index = told.firstIndex(where: { ($0.state, $0.cause) == (problem.state, problem.cause) }) {
                told[index].add(problem)
            } else {
                told.append(problem)
            }
        }
        return told
    }
}

extension FleetProblem {
    init(_ trouble: FleetTrouble) {
        self.init(
            state: ClusterState(rawValue: trouble.state),
            cause: trouble.cause,
            count: trouble.clusters,
            since: trouble.since.rfc3339,
            clusters: trouble.names,
            reason: trouble.reason
        )
    }

    /// Takes the clusters of another problem for its own.
    fileprivate mutating func add(_ other: FleetProblem) {
        count += other.count
        since = min(since, other.since)
        clusters = Array((clusters + other.clusters).sorted().prefix(FleetTrouble.namedClusters))
    }
}
