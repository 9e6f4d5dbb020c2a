package import JSON
import YAML

/// Reads manifests: JSON or YAML, one object or many.
package enum ManifestReader {
    /// The first object of a text; `nil` when it holds none.
    package static func first(in bytes: [UInt8]) -> JSONValue? { objects(in: bytes).first }

    /// Every object of a text; empty when the text is neither JSON nor YAML.
    package static func objects(in bytes: [UInt8]) -> [JSONValue] {
        let documents = (try? YAML.documents(in: bytes)) ?? []
        return documents.filter { $0.objectValue != nil }
    }
}
