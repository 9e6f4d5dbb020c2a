import HubAPI
import HubStore
import JSON
import Values

/// Finds where one thing runs, where it is to run, and what the newest values say of it, for some clusters.
///
/// Clusters may be told to run different revisions, during a rollout or after going back, and may not have come to theirs:
/// each is judged by its own.
struct PlacementSurvey {
    /// How many revisions that clusters still run are looked at, beside those that they are to run: of the others it is not
    /// known what runs there.
    static let maximumFormer = 16

    /// By the newest values, whether any cluster runs them or not.
    private var newest: [String: Whereabouts] = [:]
    /// By the revision that a cluster is to run.
    private var desired: [String: Whereabouts] = [:]
    /// By the revision that a cluster runs; clusters of too many revisions are missing.
    private var applied: [String: Whereabouts?] = [:]
    private var latest: Int64 = 0
    private let subject: DocumentID
    private let clusters: [ClusterSummary]
    /// Whether any revision that was looked at speaks of it.
    private(set) var isKnown = false

    init(_ subject: DocumentID, of clusters: [ClusterSummary]) {
        self.subject = subject
        self.clusters = clusters
    }

    /// Reads the documents of one revision after the other, so that never more than two are in memory.
    ///
    /// - Throws: `StoreError`.
    mutating func look(in store: HubStore) async throws {
        latest = try await store.latestRevision()
        let wanted = Set(clusters.map(\.desiredRevision)).union([latest])
        let former = Dictionary(grouping: clusters.compactMap(\.appliedRevision).filter { !wanted.contains($0) }) { $0 }
            .sorted { ($0.value.count, $0.key) > ($1.value.count, $1.key) }.prefix(Self.maximumFormer).map(\.key)
        for revision in wanted.sorted() + former {
            var finder = Finder(subject, DocumentIndex(try await store.allDocuments(at: revision)))
            isKnown = isKnown || finder.isSpokenOf
            for cluster in clusters {
                let isDesired = cluster.desiredRevision == revision
                let isApplied = cluster.appliedRevision == revision
                guard isDesired || isApplied || revision == latest else { continue }
                let found = finder.whereabouts(on: cluster.identity)
                if revision == latest { newest[cluster.id] = found }
                if isDesired { desired[cluster.id] = found }
                if isApplied { applied.updateValue(found, forKey: cluster.id) }
            }
        }
    }

    /// One for each cluster.
    var entries: [PlacementEntry] { clusters.map(entry) }

    private func entry(of cluster: ClusterSummary) -> PlacementEntry {
        let state = ClusterState(rawValue: cluster.standing.state)
        let found = desired[cluster.id]
        var entry = PlacementEntry(
            cluster: cluster.name,
            isPlaced: found?.isPlaced ?? false,
            isRunning: .some(isRunning(on: cluster)),
            isInNewest: newest[cluster.id]?.isPlaced ?? false,
            scope: found?.scope?.description,
            state: state
        )
        let reasons = [
            obstacle(found, cluster, state, entry), newer(cluster, entry),
        ].compactMap(\.self)
        entry.reason = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
        return entry
    }

    /// `nil` where its revision was one too many to look at.
    private func isRunning(on cluster: ClusterSummary) -> Bool? {
        guard cluster.appliedRevision != nil else { return false }
        return applied[cluster.id].map { $0?.isPlaced ?? false }
    }

    /// What keeps it from running where it is placed, or from being placed.
    private func obstacle(
        _ found: Whereabouts?,
        _ cluster: ClusterSummary,
        _ state: ClusterState,
        _ entry: PlacementEntry
    ) -> String? {
        let revision = cluster.desiredRevision
        if entry.isPlaced {
            if let delay = Self.delay(state) { return delay }
            return entry.isRunning == false ? "the cluster has not applied revision \(revision) yet" : nil
        }
        let why = found?.obstacle?.description ?? "there is no \(subject) at revision \(revision)"
        return entry.isRunning == true ? "\(why), and the cluster has not applied revision \(revision) yet" : why
    }

    /// What the newest values say otherwise.
    private func newer(_ cluster: ClusterSummary, _ entry: PlacementEntry) -> String? {
        guard entry.isInNewest != entry.isPlaced else { return nil }
        let word = entry.isInNewest ? "would bring it there" : "would take it away"
        return "revision \(latest) \(word), and the cluster is to run revision \(cluster.desiredRevision)"
    }

    /// What keeps it from running where it is placed.
    private static func delay(_ state: ClusterState) -> String? {
        switch state {
        case .pending: "the cluster has no agent yet"
        case .revoked: "the cluster is revoked"
        case .lost: "the cluster's agent is silent"
        default: nil
        }
    }
}

/// Finds where one thing goes at one revision; clusters with the same documents share the work.
private struct Finder {
    private struct Input: Hashable {
        let stamps: [Int32]
        let provider: String
        let region: String
    }

    private let subject: DocumentID
    private let index: DocumentIndex
    private var apps: [Input: JSONValue] = [:]

    init(_ subject: DocumentID, _ index: DocumentIndex) {
        self.subject = subject
        self.index = index
    }

    var isSpokenOf: Bool { index.speaks(of: subject) }

    /// `nil` when no document speaks of it.
    mutating func whereabouts(on cluster: ClusterIdentity) -> Whereabouts? {
        guard let found = index.whereabouts(of: subject, on: cluster) else { return nil }
        guard subject.kind == .app, found.isPlaced else { return found }
        let selection = index.selection(for: cluster)
        return Whereabouts(found, ofApp: subject.name, in: apps(selection), selection)
    }

    /// The apps of the cluster's effective values.
    private mutating func apps(_ selection: ClusterSelection) -> JSONValue? {
        let input = Input(
            stamps: selection.platformStamps,
            provider: selection.cluster.provider,
            region: selection.cluster.region
        )
        if let known = apps[input] { return known }
        let found = selection.sharedTree()["apps"]
        apps[input] = found
        return found
    }
}
