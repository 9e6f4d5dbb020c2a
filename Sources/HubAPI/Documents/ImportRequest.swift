package import JSON
package import Values

/// A whole values repository: its documents and the clusters it describes, stored in one transaction.
package struct ImportRequest: Hashable, Sendable {
    package var message: String
    package var documents: [Document]
    /// Clusters that become pending, unless they are known already.
    package var clusters: [NewCluster]

    package init(message: String, documents: [Document], clusters: [NewCluster]) {
        self.message = message
        self.documents = documents
        self.clusters = clusters
    }
}

extension ImportRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        message = try json.required("message")
        documents = try json.optional("documents") ?? []
        clusters = try json.optional("clusters") ?? []
    }

    package var json: JSONValue { .members(["message": message, "documents": documents, "clusters": clusters]) }
}
