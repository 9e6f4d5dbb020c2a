package import JSON

/// Deletions that a cluster's agent holds back.
package struct ClusterDeletions: Hashable, Sendable {
    /// The generation at which they were held back.
    package var generation: Int64
    /// How many objects would be deleted.
    package var count: Int
    /// Stands for all of them; a confirmation names it.
    package var digest: String
    /// Why they wait: `a namespace`.
    package var reason: String
    /// The weightiest of them (at most 20); none in a list of clusters.
    package var objects: [JSONValue]
    /// Who agreed to them; `nil` while they wait for somebody.
    package var confirmedBy: String?

    package init(
        generation: Int64,
        count: Int,
        digest: String,
        reason: String,
        objects: [JSONValue] = [],
        confirmedBy: String? = nil
    ) {
        self.generation = generation
        self.count = count
        self.digest = digest
        self.reason = reason
        self.objects = objects
        self.confirmedBy = confirmedBy
    }

    /// Whether the agent may make them, and is about to.
    package var isConfirmed: Bool { confirmedBy != nil }

    /// `63 deletions (a namespace)`.
    package var summary: String { "\(count) \(count == 1 ? "deletion" : "deletions") (\(reason))" }

    /// What they wait for, in one sentence.
    package func sentence(cluster: String) -> String {
        guard let confirmedBy else {
            return "Waits for confirmation of \(summary): otomi cluster confirm \(cluster)"
        }
        return "\(confirmedBy) confirmed \(summary), which the agent has not made yet."
    }
}

extension ClusterDeletions: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        generation = try json.required("generation")
        count = try json.required("count")
        digest = try json.required("digest")
        reason = try json.optional("reason") ?? ""
        objects = try json.optional("objects") ?? []
        confirmedBy = try json.optional("confirmedBy")
    }

    package var json: JSONValue {
        .members([
            "generation": generation, "count": count, "digest": digest, "reason": reason, "objects": objects,
            "confirmedBy": confirmedBy,
        ])
    }
}
