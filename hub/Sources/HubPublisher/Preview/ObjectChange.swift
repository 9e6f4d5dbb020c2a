package import JSON

/// What becomes of one object of a cluster's bundle; never a secret in the clear.
package struct ObjectChange: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable {
        case added
        case changed
        /// Deleted and made anew, because a field changes that cannot.
        case replaced
        case removed
    }

    package let object: ObjectIdentity
    /// In the form that it will have, or had.
    package let apiVersion: String
    /// The layer that holds it, or held it.
    package let layer: String
    package let action: Action
    /// What changes in it; empty for what is added or removed.
    package let fields: [JSONDifference]
    /// The whole object, of what is added, where the plan was asked for details.
    package let body: JSONValue?
    /// Fields that the API server lets nobody change, and that change.
    package let immutableFields: [JSONPointer]
    /// Whether the agent leaves it on the cluster although it is removed from the bundle.
    package let staysOnCluster: Bool

    package init(
        _ object: ObjectIdentity,
        apiVersion: String,
        layer: String,
        action: Action,
        fields: [JSONDifference] = [],
        body: JSONValue? = nil,
        immutableFields: [JSONPointer] = [],
        staysOnCluster: Bool = false
    ) {
        self.object = object
        self.apiVersion = apiVersion
        self.layer = layer
        self.action = action
        self.fields = fields
        self.body = body
        self.immutableFields = immutableFields
        self.staysOnCluster = staysOnCluster
    }
}
