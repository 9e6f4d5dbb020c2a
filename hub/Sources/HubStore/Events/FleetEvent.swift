package import JSON

/// One thing that happened in the fleet, as whoever finds it out tells it; who and when the store adds.
package struct FleetEvent: Hashable, Sendable {
    /// The stable name of what happened, such as `cluster.paused`.
    package let kind: String
    /// What it happened to, such as `cluster paris` or `Service demo/hello`.
    package let subject: String
    /// The cluster that it concerns: the people of teams that live there see the event too, its `data` cut down.
    package let cluster: String?
    /// The team that it concerns: no other team's people see the event.
    package let team: String?
    package let revision: Int64?
    /// What else helps a reader; an object without any secret.
    package let data: JSONValue

    package init(
        _ kind: String,
        _ subject: String,
        cluster: String? = nil,
        team: String? = nil,
        revision: Int64? = nil,
        data: JSONValue = [:]
    ) {
        self.kind = kind
        self.subject = String(subject.prefix(Self.longestSubject))
        self.cluster = cluster
        self.team = team
        self.revision = revision
        self.data = Self.bounded(data)
    }

    private static let longestSubject = 500
    /// In bytes of JSON.
    private static let largestData = 4_096

    /// What is too large says so instead.
    private static func bounded(_ data: JSONValue) -> JSONValue {
        guard data.objectValue != nil, data.serialized().count <= largestData else { return ["isTruncated": true] }
        return data
    }
}
