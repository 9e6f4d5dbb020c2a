package import JSON
package import Values

/// What to preview, and where.
package struct PlanRequest: Hashable, Sendable {
    /// What would change.
    package enum Subject: Hashable, Sendable {
        /// A draft, by name.
        case draft(String)
        /// Documents to write and to remove.
        case changes(put: [Document], delete: [DocumentID])
        /// Everything, to what it was or is at a revision: its number, `latest`, or a tag.
        case revision(String)
    }

    package var subject: Subject
    /// The revision to compare with; `nil` for the one that each cluster should run.
    package var base: String?
    /// The clusters' names; empty for every cluster.
    package var clusters: [String]
    /// The labels of the clusters; empty for every cluster.
    package var selector: [String: String]
    /// The group of the clusters; `nil` for every cluster.
    package var group: String?
    /// Whether to tell the whole objects of what is added.
    package var details: Bool
    /// Whether the clusters' agents try it on their API servers as well.
    package var onClusters: Bool

    package init(
        _ subject: Subject,
        base: String? = nil,
        clusters: [String] = [],
        selector: [String: String] = [:],
        group: String? = nil,
        details: Bool = false,
        onClusters: Bool = false
    ) {
        self.subject = subject
        self.base = base
        self.clusters = clusters
        self.selector = selector
        self.group = group
        self.details = details
        self.onClusters = onClusters
    }
}

extension PlanRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        subject = try Self.subject(json)
        base = try Self.revision(json, "base")
        clusters = try json.optional("clusters") ?? []
        selector = try json.optional("selector") ?? [:]
        group = try json.optional("group")
        details = try json.optional("details") ?? false
        onClusters = try json.optional("onClusters") ?? false
    }

    private static func subject(_ json: JSONValue) throws(JSONError) -> Subject {
        let draft: String? = try json.optional("draft")
        let revision = try Self.revision(json, "revision")
        let changes: JSONValue? = try json.optional("changes")
        switch (draft, changes, revision) {
        case (let draft?, nil, nil): return .draft(draft)
        case (nil, nil, let revision?): return .revision(revision)
        case (nil, let changes?, nil):
            do throws(JSONError) {
                return .changes(put: try changes.optional("put") ?? [], delete: try changes.optional("delete") ?? [])
            } catch {
                throw error.inside("changes")
            }
        default: throw JSONError("exactly one of draft, changes and revision is expected", at: .root)
        }
    }

    /// A revision may be written as its number.
    private static func revision(_ json: JSONValue, _ key: String) throws(JSONError) -> String? {
        if let number = json[key]?.integerValue { return String(number) }
        return try json.optional(key)
    }

    package var json: JSONValue {
        var json = JSONValue.members([
            "base": base, "clusters": clusters.isEmpty ? nil : clusters, "selector": selector.isEmpty ? nil : selector,
            "group": group, "details": details ? true : nil, "onClusters": onClusters ? true : nil,
        ])
        switch subject {
        case .draft(let name): json["draft"] = .string(name)
        case .revision(let number): json["revision"] = .string(number)
        case .changes(let put, let delete):
            json["changes"] = .members(["put": put.isEmpty ? nil : put, "delete": delete.isEmpty ? nil : delete])
        }
        return json
    }
}
