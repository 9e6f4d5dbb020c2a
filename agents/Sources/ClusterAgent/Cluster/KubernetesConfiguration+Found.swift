package import Kubernetes

extension KubernetesConfiguration {
    /// The API server that is meant: the kubeconfig named, else the pod's own, else the user's kubeconfig.
    ///
    /// - Throws: `KubernetesError` with code `configuration`: what cannot be used, and what to do.
    package static func found(
        kubeconfig: String?,
        context: String?,
        environment: [String: String]
    ) throws(KubernetesError) -> KubernetesConfiguration {
        if let kubeconfig { return try kubeConfig(file: kubeconfig, context: context) }
        if context == nil, environment["KUBERNETES_SERVICE_HOST"] != nil {
            return try inCluster(environment: environment)
        }
        // $KUBECONFIG may list several files; the first is taken, and kubectl writes to that one as well.
        if let first = environment["KUBECONFIG"]?.split(separator: ":").first {
            return try kubeConfig(file: String(first), context: context)
        }
        guard let home = environment["HOME"] else {
            throw KubernetesError(.configuration, "no API server is named: pass --kubeconfig FILE")
        }
        return try kubeConfig(file: "\(home)/.kube/config", context: context)
    }
}
