import HubAPI
import HubStore
import JSON
import Values

/// What of the fleet somebody sees: all of it, or the part where their teams live.
///
/// A team lives where the newest values place it, and where the revision that a cluster is to run does: during a rollout, and
/// after going back, that is not the same.
struct FleetView {
    /// How many revisions beside the newest are looked at, those of the most clusters.
    static let maximumRevisions = 8

    /// `nil` where every team is theirs to see.
    let teams: Set<String>?
    private let index: DocumentIndex
    /// What clusters that are not to run the newest values are to run instead, by name.
    private let others: [String: DocumentIndex]

    /// - Throws: `StoreError`.
    init(of caller: Caller, _ store: HubStore) async throws {
        if caller.principal.maySeeEveryTeam {
            teams = nil
            index = DocumentIndex([])
            others = [:]
        } else {
            teams = Set(caller.principal.teams)
            let store = store.unbound
            index = DocumentIndex(try await store.allDocuments())
            others = try await Self.others(store)
        }
    }

    private static func others(_ store: HubStore) async throws -> [String: DocumentIndex] {
        var others: [String: DocumentIndex] = [:]
        let groups = try await store.clustersElsewhere().sorted { ($0.value.count, $0.key) > ($1.value.count, $1.key) }
        for (revision, clusters) in groups.prefix(maximumRevisions) {
            let index = DocumentIndex(try await store.allDocuments(at: revision))
            for cluster in clusters { others[cluster] = index }
        }
        return others
    }

    /// Whether one of their teams lives there.
    func shows(_ cluster: StoredCluster) -> Bool { shows(cluster.identity) }

    /// Whether one of their teams lives there.
    func shows(_ cluster: ClusterIdentity) -> Bool {
        guard let teams else { return true }
        return teams.contains { team in
            index.places(team: team, on: cluster)
                || others[cluster.name]?.places(team: team, on: cluster) ?? false
        }
    }

    /// Their teams' namespaces; `nil` for all that there are.
    var namespaces: [String]? { teams?.sorted().map { "team-\($0)" } }

    /// What they see of a cluster's state: how it is, and their own objects there.
    func part(of status: ClusterStatus) -> ClusterStatus {
        guard let teams, let namespaces else { return status }
        let layers = Set(teams.flatMap { ["team/\($0)", "tenancy/\($0)"] })
        var part = ClusterStatus(
            name: status.name,
            id: status.id,
            provider: status.provider,
            region: status.region,
            domain: status.domain,
            owner: status.owner,
            state: status.state,
            since: status.since,
            desiredRevision: status.desiredRevision,
            appliedRevision: status.appliedRevision,
            generation: status.generation,
            appliedGeneration: status.appliedGeneration,
            lastSeen: status.lastSeen,
            layers: status.layers.filter { layers.contains($0.name) },
            notReady: status.notReady.filter { $0["namespace"]?.stringValue.map(namespaces.contains) ?? false },
            hold: status.hold,
            driftMode: status.driftMode
        )
        // Other reasons may speak of other teams' objects.
        if [.pending, .lost, .revoked].contains(status.state) { part.reason = status.reason }
        return part
    }

    /// What they see of a cluster's effective values.
    func part(of tree: JSONValue) -> JSONValue {
        guard let teams else { return tree }
        let own = (tree["teams"]?.objectValue ?? [:]).filter { teams.contains($0.key) }
        return ["teams": .object(own)]
    }

    /// Whether a path into the effective values stays in what they see.
    func shows(path: String) -> Bool {
        guard let teams else { return true }
        let parts = path.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 2 && parts[0] == "teams" && teams.contains(String(parts[1]))
    }

    /// Whether they see an object of a cluster.
    func shows(object: JSONValue) -> Bool {
        guard let namespaces else { return true }
        return object["metadata"]?["namespace"]?.stringValue.map(namespaces.contains) ?? false
    }

    /// The cluster of that name, if it is theirs to see.
    ///
    /// - Throws: `StoreError.Code.notFound`; a ``Refusal`` in the same words where it is not.
    func cluster(named name: String, _ action: Action, in store: HubStore) async throws -> StoredCluster {
        let cluster = try await store.cluster(named: name)
        guard shows(cluster) else { throw Refusal.hidden(action, "cluster '\(name)'") }
        return cluster
    }
}
