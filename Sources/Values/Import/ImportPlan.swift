package import JSON

/// What a values repository becomes: documents, clusters, and everything that is to be said about it.
///
/// The same files make an equal plan; lists are sorted, so two imports can be compared.
package struct ImportPlan: Hashable, Sendable {
    package var documents: [Document] = []
    package var clusters: [ImportedCluster] = []
    package var taken: [ImportTaken] = []
    package var unplaced: [ImportUnplaced] = []
    /// What is wrong with the repository.
    ///
    /// Nothing may be committed while one of them is an error.
    package var faults: [Fault] = []

    package init() {}

    package var hasErrors: Bool { faults.contains { $0.severity == .error } }
}

/// A cluster that the repository describes; it becomes a pending cluster.
package struct ImportedCluster: Hashable, Sendable {
    package let name: String
    package let provider: String
    /// Empty when the repository does not say.
    package let region: String
    package let labels: [String: String]
    package let domain: String?
    /// The file that describes it.
    package let file: String

    package init(
        name: String,
        provider: String,
        region: String = "",
        labels: [String: String] = [:],
        domain: String? = nil,
        file: String
    ) {
        self.name = name
        self.provider = provider
        self.region = region
        self.labels = labels
        self.domain = domain
        self.file = file
    }
}

/// A file's part that went into a document or a cluster.
package struct ImportTaken: Hashable, Sendable {
    package let file: String
    /// The place in the file.
    package let pointer: JSONPointer
    package let document: DocumentID

    package init(file: String, pointer: JSONPointer = .root, document: DocumentID) {
        self.file = file
        self.pointer = pointer
        self.document = document
    }
}

/// A file, or a place in a file, that has no home in the new model, and why.
package struct ImportUnplaced: Hashable, Sendable {
    package let file: String
    package let pointer: JSONPointer
    package let reason: String
}

extension ImportedCluster: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        provider = try json.required("provider")
        region = try json.optional("region") ?? ""
        labels = try json.optional("labels") ?? [:]
        domain = try json.optional("domain")
        file = try json.optional("file") ?? ""
    }

    package var json: JSONValue {
        .members([
            "name": name, "provider": provider, "region": region, "labels": labels, "domain": domain, "file": file,
        ])
    }
}

extension ImportTaken: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        file = try json.required("file")
        pointer = JSONPointer(try json.optional("pointer") ?? "") ?? .root
        document = try json.required("document")
    }

    package var json: JSONValue {
        .members(["file": file, "pointer": pointer.description, "document": document])
    }
}

extension ImportUnplaced: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        file = try json.required("file")
        pointer = JSONPointer(try json.optional("pointer") ?? "") ?? .root
        reason = try json.required("reason")
    }

    package var json: JSONValue {
        .members(["file": file, "pointer": pointer.description, "reason": reason])
    }
}

extension ImportTaken: Comparable {
    package static func < (left: ImportTaken, right: ImportTaken) -> Bool {
        if left.document != right.document { return left.document < right.document }
        return left.file == right.file ? left.pointer < right.pointer : left.file < right.file
    }
}

extension ImportUnplaced: Comparable {
    package static func < (left: ImportUnplaced, right: ImportUnplaced) -> Bool {
        if left.file != right.file { return left.file < right.file }
        return left.pointer == right.pointer ? left.reason < right.reason : left.pointer < right.pointer
    }
}
