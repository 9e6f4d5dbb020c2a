package import JSON

/// Asks that nothing be applied on a cluster.
package struct HoldRequest: Hashable, Sendable, JSONRepresentable {
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package init(json: JSONValue) throws(JSONError) {
        reason = try json.required("reason")
    }

    package var json: JSONValue { ["reason": .string(reason)] }
}

/// Asks what is to be done about objects that somebody else changed.
package struct DriftRequest: Hashable, Sendable, JSONRepresentable {
    /// `enforce`, `report` or `off`.
    package var mode: String

    package init(mode: String) {
        self.mode = mode
    }

    package init(json: JSONValue) throws(JSONError) {
        mode = try json.required("mode")
    }

    package var json: JSONValue { ["mode": .string(mode)] }
}

/// Agrees to the deletions that a person was shown.
package struct DeletionConfirmation: Hashable, Sendable, JSONRepresentable {
    package var generation: Int64
    package var digest: String

    package init(generation: Int64, digest: String) {
        self.generation = generation
        self.digest = digest
    }

    /// Agrees to `deletions`, and to no other.
    package init(_ deletions: ClusterDeletions) {
        self.init(generation: deletions.generation, digest: deletions.digest)
    }

    package init(json: JSONValue) throws(JSONError) {
        generation = try json.required("generation")
        digest = try json.required("digest")
    }

    package var json: JSONValue { ["generation": .integer(generation), "digest": .string(digest)] }
}
