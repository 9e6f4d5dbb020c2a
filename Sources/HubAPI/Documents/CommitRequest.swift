package import JSON
package import Values

/// One change to the values: documents to write and documents to remove, all in one revision.
package struct CommitRequest: Hashable, Sendable {
    package var message: String
    /// The revision that the change was made against; `nil` overwrites whatever is stored.
    package var base: Int64?
    package var put: [Document]
    package var delete: [DocumentID]
    /// Whether to check and answer only, without a revision.
    package var dryRun: Bool

    package init(
        message: String,
        base: Int64? = nil,
        put: [Document] = [],
        delete: [DocumentID] = [],
        dryRun: Bool = false
    ) {
        self.message = message
        self.base = base
        self.put = put
        self.delete = delete
        self.dryRun = dryRun
    }
}

extension CommitRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        message = try json.required("message")
        base = try json.optional("base")
        put = try json.optional("put") ?? []
        delete = try json.optional("delete") ?? []
        dryRun = try json.optional("dryRun") ?? false
    }

    package var json: JSONValue {
        .members([
            "message": message, "base": base, "put": put.isEmpty ? nil : put, "delete": delete.isEmpty ? nil : delete,
            "dryRun": dryRun ? true : nil,
        ])
    }
}
