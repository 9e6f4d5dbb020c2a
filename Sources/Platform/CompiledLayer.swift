package import JSON

/// Objects that are shipped, shared and pruned together.
package struct CompiledLayer: Hashable, Sendable {
    /// When the objects of a layer are applied; those of an earlier wave come first.
    package enum Wave: Int, Sendable {
        case definitions
        case platform
        case apps
        /// What the platform sets for teams.
        case tenancies
        /// What is the teams' own.
        case teams
    }

    /// `platform`, `tenancy/<name>` or `team/<name>`, for example; docs/architecture.md has them all.
    package let name: String
    /// The layers of a lower wave are applied first.
    package let wave: Int
    /// The Kubernetes objects, namespaces first, then by kind, namespace and name.
    package let objects: [JSONValue]
    /// The objects hold secrets in the clear, so the layer is sealed to its cluster and never shared.
    package let isConfidential: Bool

    package init(name: String, wave: Wave, objects: [JSONValue], isConfidential: Bool = false) {
        self.name = name
        self.wave = wave.rawValue
        self.objects = objects
        self.isConfidential = isConfidential
    }

    /// A layer of `manifests`; `nil` when there are none.
    init?(_ name: String, _ wave: Wave, _ manifests: [Manifest], isConfidential: Bool = false) {
        guard !manifests.isEmpty else { return nil }
        self.init(name: name, wave: wave, objects: manifests.layerObjects(), isConfidential: isConfidential)
    }
}
