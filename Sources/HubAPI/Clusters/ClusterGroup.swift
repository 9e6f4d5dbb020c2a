package import JSON
package import Values

/// A group of clusters: what its document says, who belongs to it, and what is written at its scope.
package struct ClusterGroup: Hashable, Sendable {
    package var name: String
    package var selector: [String: String]
    /// Groups of a higher priority win over those of a lower one.
    package var priority: Int64
    /// How many clusters belong to it.
    package var count: Int
    /// The first clusters that belong to it, by name; none in a list of groups.
    package var clusters: [String]
    /// How many documents are written at its scope.
    package var documentCount: Int
    /// Those documents; none in a list of groups.
    package var documents: [DocumentID]

    package init(
        name: String,
        selector: [String: String],
        priority: Int64,
        count: Int,
        clusters: [String] = [],
        documentCount: Int,
        documents: [DocumentID] = []
    ) {
        self.name = name
        self.selector = selector
        self.priority = priority
        self.count = count
        self.clusters = clusters
        self.documentCount = documentCount
        self.documents = documents
    }
}

extension ClusterGroup: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        selector = try json.optional("selector") ?? [:]
        priority = try json.optional("priority") ?? 0
        count = try json.optional("clusterCount") ?? 0
        clusters = try json.optional("clusters") ?? []
        documentCount = try json.optional("documentCount") ?? 0
        documents = try json.optional("documents") ?? []
    }

    package var json: JSONValue {
        .members([
            "name": name, "selector": selector, "priority": priority, "clusterCount": count, "clusters": clusters,
            "documentCount": documentCount, "documents": documents,
        ])
    }
}
