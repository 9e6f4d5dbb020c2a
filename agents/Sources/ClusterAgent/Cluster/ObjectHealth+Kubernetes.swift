import Kubernetes

extension ObjectHealth {
    /// Reads an object's health from its status, by the rules of kstatus.
    init(_ object: KubernetesObject) {
        let health = Health(of: object)
        let text = BoundedText.cut(health.reason.isEmpty ? health.message : "\(health.reason): \(health.message)")
        switch health.state {
        // An object that does not tell is taken for ready: there is nothing to wait for.
        case .current, .unknown: self = .ready
        case .inProgress, .terminating: self = .progressing(text)
        case .failed: self = .failed(text)
        }
    }
}
