package import JSON

/// The states of the objects of one bucket of a cluster, as its agent sent them.
package struct ObjectBucket: Hashable, Sendable {
    package let number: Int
    package let hash: UInt64
    /// Each with its `key`, by which they are listed.
    package let objects: [JSONValue]

    package init(number: Int, hash: UInt64, objects: [JSONValue]) {
        self.number = number
        self.hash = hash
        self.objects = objects
    }
}

/// Which of a cluster's objects are asked for; `nil` members let everything pass.
package struct ObjectFilter: Hashable, Sendable {
    package var kind: String?
    package var namespace: String?
    /// The only namespaces that may be shown; `nil` for all, and for what is in none.
    package var namespaces: [String]?
    package var layer: String?
    /// How far the agent came, or the health; `ready` and `notReady` sum both up.
    package var state: String?

    package init(
        kind: String? = nil,
        namespace: String? = nil,
        namespaces: [String]? = nil,
        layer: String? = nil,
        state: String? = nil
    ) {
        self.kind = kind
        self.namespace = namespace
        self.namespaces = namespaces
        self.layer = layer
        self.state = state
    }
}
