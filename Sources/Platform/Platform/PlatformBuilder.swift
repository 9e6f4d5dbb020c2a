import JSON

/// Builds what a cluster gets whatever teams are on it; every concern is an extension in a file of its own.
struct PlatformBuilder {
    /// The effective values of the cluster.
    let tree: JSONValue
    let cluster: ClusterFacts
    let apps: AppsBuilder

    /// The objects of the layer `platform`.
    func manifests() -> [Manifest] {
        namespaces + storageClasses + clusterIssuers + gatewayObjects + [DeployerRole.clusterRole]
    }

    /// The objects that hold a secret in the clear.
    func confidentialManifests() -> [Manifest] {
        authoritySecrets + dnsCredentials + [alertmanagerSecret].compactMap(\.self)
    }
}
