package import HubStore
import JSON
package import Values

/// What a rollout would change where, found out before it is planned.
package struct RolloutSurvey: Sendable {
    /// How many revisions that clusters come from are compared with the target; of others everything is taken to differ.
    package static let maximumOrigins = 8

    /// Every cluster by its id.
    let candidates: [String: RolloutCandidate]
    /// The clusters for which the target says something else than the revision that they were to run.
    let differing: Set<String>
    /// The places in the rollouts that it supersedes.
    let previous: [String: RolloutPlace]

    package init(candidates: [RolloutCandidate], differing: Set<String>, previous: [String: RolloutPlace] = [:]) {
        self.candidates = Dictionary(candidates.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.differing = differing
        self.previous = previous
    }

    /// Whether every cluster that is to run another revision than `revision` was looked at.
    func covers(_ facts: [RolloutFacts], _ revision: Int64) -> Bool {
        facts.allSatisfy { $0.desiredRevision == revision || $0.laterRollout != nil || candidates[$0.clusterID] != nil }
    }

    /// Compares, for each cluster, what applies to it at its own revision and at `target`.
    ///
    /// - Parameters:
    ///   - candidates: every cluster.
    ///   - target: the documents at the rollout's revision, secrets as markers.
    ///   - origins: the documents at the revisions that clusters come from.
    /// - Returns: the ids of those for which the target says something else.
    package static func differing(
        _ candidates: [RolloutCandidate],
        target: [StoredDocument],
        origins: [Int64: [StoredDocument]]
    ) -> Set<String> {
        var stamps = DocumentStamps()
        let new = DocumentIndex(target.map(\.comparable), revision: 0, stamps: &stamps)
        var differing: Set<String> = []
        for (revision, clusters) in Dictionary(grouping: candidates, by: \.desiredRevision) {
            guard let documents = origins[revision] else {
                differing.formUnion(clusters.map(\.id))
                continue
            }
            let reach = ChangeReach(from: documents, to: target)
            let touched = clusters.filter { reach.mayTouch($0.identity) }
            guard !touched.isEmpty else { continue }
            let old = DocumentIndex(documents.map(\.comparable), revision: 0, stamps: &stamps)
            for cluster in touched
            where !old.selection(for: cluster.identity).isSame(as: new.selection(for: cluster.identity)) {
                differing.insert(cluster.id)
            }
        }
        return differing
    }
}

extension ClusterSelection {
    /// Whether the same documents apply, layer by layer.
    fileprivate func isSame(as other: ClusterSelection) -> Bool {
        platformStamps == other.platformStamps && clusterStamp == other.clusterStamp
            && teams.map(\.name) == other.teams.map(\.name) && teams.map(\.stamps) == other.teams.map(\.stamps)
    }
}

extension StoredDocument {
    /// The document in a form that is equal exactly where the stored one is: markers hide whether a secret changed, so a
    /// document with secrets is known by the revision that wrote it.
    fileprivate var comparable: StoredDocument {
        guard Self.holdsSecret(document.spec) else { return self }
        var spec = document.spec
        spec["$revision"] = .integer(revision)
        return StoredDocument(document: Document(id: document.id, spec: spec), revision: revision, author: author)
    }

    private static func holdsSecret(_ value: JSONValue) -> Bool {
        if SecretMarker.isMarker(value) { return true }
        if let members = value.objectValue { return members.values.contains(where: holdsSecret) }
        return value.arrayValue?.contains(where: holdsSecret) ?? false
    }
}
