package import Kubernetes

/// One object of the bundle as the agent remembers it: where its bytes are, not the bytes.
package struct DesiredObject: Hashable, Sendable {
    package let key: ObjectKey
    package let apiVersion: String
    package let layer: String
    package let wave: Int
    /// Where the object's line is in the decoded layer.
    package let range: Range<Int>
    package let fingerprint: Fingerprint
    package let policy: ObjectPolicy

    package init(
        key: ObjectKey,
        apiVersion: String,
        layer: String,
        wave: Int,
        range: Range<Int>,
        fingerprint: Fingerprint,
        policy: ObjectPolicy = []
    ) {
        self.key = key
        self.apiVersion = apiVersion
        self.layer = layer
        self.wave = wave
        self.range = range
        self.fingerprint = fingerprint
        self.policy = policy
    }

    /// Whether the object is made again when it was applied and is gone.
    package var comesBack: Bool { !policy.contains(.staysAway) }

    /// What must exist before anything else of the bundle can: namespaces and the definitions of other kinds.
    package var isFoundation: Bool {
        switch (key.group, key.kind) {
        case ("", "Namespace"), ("apiextensions.k8s.io", "CustomResourceDefinition"): true
        default: false
        }
    }

    package var isDefinition: Bool { key.kind == "CustomResourceDefinition" && key.group == "apiextensions.k8s.io" }
}
