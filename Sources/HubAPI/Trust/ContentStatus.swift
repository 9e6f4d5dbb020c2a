package import JSON

/// What a team with content keys has signed, and what waits for its signature.
package struct ContentStatus: Hashable, Sendable {
    /// A layer that waits.
    package struct Pending: Hashable, Sendable, JSONRepresentable {
        /// The SHA-256 of the layer's bytes, 64 hexadecimal digits.
        package var digest: String
        package var length: Int
        package var objects: Int
        /// The clusters that it is for, by name.
        package var clusters: [String]

        package init(digest: String, length: Int, objects: Int, clusters: [String]) {
            self.digest = digest
            self.length = length
            self.objects = objects
            self.clusters = clusters
        }

        package init(json: JSONValue) throws(JSONError) {
            digest = try json.required("digest")
            length = try json.required("length")
            objects = try json.required("objects")
            clusters = try json.optional("clusters") ?? []
        }

        package var json: JSONValue {
            .members(["digest": digest, "length": length, "objects": objects, "clusters": clusters])
        }
    }

    package var team: String
    package var threshold: Int
    /// The ids of the team's keys.
    package var keys: [String]
    package var pending: [Pending]
    /// The newest file that the team signed, as agents get it.
    package var file: JSONValue?
    /// What is to be signed, with the signatures that are there.
    package var draft: JSONValue?

    package init(
        team: String,
        threshold: Int,
        keys: [String],
        pending: [Pending],
        file: JSONValue?,
        draft: JSONValue?
    ) {
        self.team = team
        self.threshold = threshold
        self.keys = keys
        self.pending = pending
        self.file = file
        self.draft = draft
    }
}

extension ContentStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        team = try json.required("team")
        threshold = try json.required("threshold")
        keys = try json.required("keys")
        pending = try json.optional("pending") ?? []
        file = try json.optional("file")
        draft = try json.optional("draft")
    }

    package var json: JSONValue {
        .members([
            "team": team, "threshold": threshold, "keys": keys, "pending": pending, "file": file, "draft": draft,
        ])
    }
}
