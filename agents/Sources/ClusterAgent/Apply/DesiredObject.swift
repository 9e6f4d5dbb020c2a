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
    /// Whether the object is made again when it was applied and is gone.
    ///
    /// False by the annotation `otomi.io/recreate: disabled`: a finished Job that its time to live took away must not run
    /// a second time.
    package let comesBack: Bool

    package init(
        key: ObjectKey,
        apiVersion: String,
        layer: String,
        wave: Int,
        range: Range<Int>,
        fingerprint: Fingerprint,
        comesBack: Bool = true
    ) {
        self.key = key
        self.apiVersion = apiVersion
        self.layer = layer
        self.wave = wave
        self.range = range
        self.fingerprint = fingerprint
        self.comesBack = comesBack
    }

    /// What must exist before anything else of the bundle can: namespaces and the definitions of other kinds.
    package var isFoundation: Bool {
        switch (key.group, key.kind) {
        case ("", "Namespace"), ("apiextensions.k8s.io", "CustomResourceDefinition"): true
        default: false
        }
    }

    package var isDefinition: Bool { key.kind == "CustomResourceDefinition" && key.group == "apiextensions.k8s.io" }
}
