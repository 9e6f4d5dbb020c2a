package import JSON

/// Reads YAML 1.2 (core schema) strictly, and writes it in one form only.
package enum YAML {
    /// All documents of a text; an empty one is `null`, and a text without any document has none.
    ///
    /// - Throws: `YAMLError` with line and column: for bad syntax, duplicate keys, keys that are no scalars, tags other than
    ///   the core schema's, merge keys, numbers that JSON does not have, and whatever exceeds `limits`.
    package static func documents(
        in bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> [JSONValue] {
        guard bytes.count <= limits.maximumBytes else {
            throw YAMLError("the text is larger than \(limits.maximumBytes) bytes", line: 1, column: 1)
        }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(YAMLError) in
            let events = try YAMLEvents(buffer)
            var composer = YAMLComposer(events, limits: limits)
            return try composer.documents()
        }
    }

    /// All documents of a text.
    ///
    /// - Throws: `YAMLError`, as `documents(in:limits:)` for bytes does.
    package static func documents(
        in text: String,
        limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> [JSONValue] {
        try documents(in: Array(text.utf8), limits: limits)
    }

    /// The only document of a text; `null` when there is none.
    ///
    /// - Throws: `YAMLError`, also for a second document.
    package static func document(
        in bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> JSONValue {
        let documents = try documents(in: bytes, limits: limits)
        guard documents.count <= 1 else {
            throw YAMLError("one document is expected, found \(documents.count)", line: 1, column: 1)
        }
        return documents.first ?? .null
    }

    /// `value` as one YAML document in block style, keys sorted, with a line break at its end.
    package static func text(of value: JSONValue) -> String {
        var writer = YAMLWriter()
        writer.writeDocument(value)
        return writer.text
    }

    /// `values` as YAML documents, each but the first introduced by `---`.
    package static func text(ofDocuments values: [JSONValue]) -> String {
        values.map { text(of: $0) }.joined(separator: "---\n")
    }
}
