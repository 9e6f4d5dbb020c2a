package import Kubernetes

/// Which of a workload's pods explains it best.
package enum PodChoice {
    /// The pod with the deepest trouble; of several the youngest, since it has the newest template.
    package static func deepest(of pods: [KubernetesObject]) -> (pod: KubernetesObject, trouble: PodTrouble)? {
        let troubled = pods.filter { !$0.isTerminating }.compactMap { pod in PodTrouble(of: pod).map { (pod, $0) } }
        return troubled.max { left, right in
            let (leftAge, rightAge) = (left.0.creationTimestamp ?? "", right.0.creationTimestamp ?? "")
            return (left.1.depth, leftAge, right.0.name) < (right.1.depth, rightAge, left.0.name)
        }.map { (pod: $0.0, trouble: $0.1) }
    }
}
