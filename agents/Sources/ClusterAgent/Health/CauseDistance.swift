package import Kubernetes

/// How far an object usually is from the cause of a trouble: what others stand on is near, what stands on others is far.
///
/// When a volume claim, a Deployment and the release that made both are not ready, the claim is named first.
package enum CauseDistance {
    package static let range = 10

    /// A number from 0 to 4.
    package static func of(_ key: ObjectKey) -> Int {
        switch (key.group, key.kind) {
        case ("", "Namespace"), ("", "PersistentVolume"), ("", "PersistentVolumeClaim"), ("storage.k8s.io", _),
            ("apiextensions.k8s.io", _), ("apiregistration.k8s.io", _), ("source.toolkit.fluxcd.io", _),
            ("cert-manager.io", "Issuer"), ("cert-manager.io", "ClusterIssuer"),
            ("external-secrets.io", "SecretStore"), ("external-secrets.io", "ClusterSecretStore"),
            ("templates.gatekeeper.sh", _), ("gateway.networking.k8s.io", "GatewayClass"):
            0
        case ("cert-manager.io", _), ("external-secrets.io", _), ("gateway.networking.k8s.io", "Gateway"),
            ("acme.cert-manager.io", _):
            1
        case ("helm.toolkit.fluxcd.io", _), ("kustomize.toolkit.fluxcd.io", _), ("serving.knative.dev", "Service"),
            ("autoscaling", _), ("policy", _):
            3
        case ("networking.k8s.io", _), ("gateway.networking.k8s.io", _), ("networking.istio.io", _),
            ("serving.knative.dev", _):
            4
        default: 2
        }
    }
}
