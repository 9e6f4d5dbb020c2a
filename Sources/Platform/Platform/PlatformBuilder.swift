import JSON

/// Builds what a cluster gets whatever teams are on it; every concern is an extension in a file of its own.
struct PlatformBuilder {
    /// The effective values of the cluster.
    let tree: JSONValue
    let cluster: ClusterFacts

    /// The objects of the layer `platform`.
    func manifests() -> [Manifest] {
        namespaces + policyObjects
    }

    /// The objects that hold a secret in the clear.
    func confidentialManifests() -> [Manifest] {
        []
    }
}
