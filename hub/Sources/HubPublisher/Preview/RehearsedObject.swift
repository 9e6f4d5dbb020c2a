package import JSON

/// An object as it would be applied, for an agent to try; it may hold secrets in the clear, so nobody is shown it.
package struct RehearsedObject: Sendable {
    /// The layer that would hold it.
    package let layer: String
    package let object: JSONValue
    package let isConfidential: Bool
}
