package import JSON

/// A secret leaf of a document, sealed to a key that the owner of an export holds.
package struct SealedSecret: Hashable, Sendable {
    package let document: DocumentID
    package let pointer: JSONPointer
    /// The marker that stands there in the export.
    package let marker: String
    /// Base64.
    package let sealed: String

    package init(document: DocumentID, pointer: JSONPointer, marker: String, sealed: String) {
        self.document = document
        self.pointer = pointer
        self.marker = marker
        self.sealed = sealed
    }

    /// What the ciphertext is bound to: moved to another place it does not open.
    package static func place(_ document: DocumentID, _ pointer: JSONPointer) -> String { "\(document) \(pointer)" }
}

extension SealedSecret: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let text: String = try json.required("pointer")
        guard let pointer = JSONPointer(text) else {
            throw JSONError("a JSON Pointer is expected", at: JSONPointer(["pointer"]))
        }
        self.init(
            document: try json.required("document"),
            pointer: pointer,
            marker: try json.required("marker"),
            sealed: try json.required("sealed")
        )
    }

    package var json: JSONValue {
        .members(["document": document, "pointer": pointer.description, "marker": marker, "sealed": sealed])
    }
}
