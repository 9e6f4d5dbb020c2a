package import JSON

/// A team whose layer waits for the team's own signature.
package struct UnsignedContent: Hashable, Sendable, JSONRepresentable {
    package var team: String
    /// Where it waits, by name.
    package var clusters: [String]

    package init(team: String, clusters: [String]) {
        self.team = team
        self.clusters = clusters
    }

    package init(json: JSONValue) throws(JSONError) {
        team = try json.required("team")
        clusters = try json.required("clusters")
    }

    package var json: JSONValue { .members(["team": team, "clusters": clusters]) }
}
