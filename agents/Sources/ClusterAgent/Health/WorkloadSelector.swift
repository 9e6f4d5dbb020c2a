import JSON
package import Kubernetes

/// Which pods belong to a workload.
package enum WorkloadSelector {
    /// The selector of the pods of `object`; `nil` when it is no workload, or says nothing about them.
    package static func pods(of object: KubernetesObject) -> LabelSelector? {
        switch (object.type.group, object.kind) {
        case ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("apps", "ReplicaSet"):
            return object.spec?["selector"].flatMap(selector)
        case ("batch", "Job"):
            return object.spec?["selector"].flatMap(selector)
                ?? LabelSelector(labels: ["job-name": object.name])
        case ("", "ReplicationController"):
            return labels(object.spec?["selector"]).map { LabelSelector(labels: $0) }
        case ("serving.knative.dev", "Service"):
            return LabelSelector(labels: ["serving.knative.dev/service": object.name])
        case ("serving.knative.dev", "Revision"):
            return LabelSelector(labels: ["serving.knative.dev/revision": object.name])
        default: return nil
        }
    }

    /// Reads `matchLabels` and `matchExpressions`; `nil` when nothing is in them, which would mean every pod.
    private static func selector(_ json: JSONValue) -> LabelSelector? {
        var selector = LabelSelector(labels: labels(json["matchLabels"]) ?? [:])
        for expression in json["matchExpressions"]?.arrayValue ?? [] {
            guard let key = expression["key"]?.stringValue else { continue }
            let values = expression["values"]?.arrayValue?.compactMap(\.stringValue) ?? []
            switch expression["operator"]?.stringValue {
            case "In": selector = selector.and(.isIn(key, values))
            case "NotIn": selector = selector.and(.isNotIn(key, values))
            case "Exists": selector = selector.and(.exists(key))
            case "DoesNotExist": selector = selector.and(.doesNotExist(key))
            default: continue
            }
        }
        return selector.requirements.isEmpty ? nil : selector
    }

    private static func labels(_ json: JSONValue?) -> [String: String]? {
        guard let labels = json?.objectValue?.compactMapValues(\.stringValue), !labels.isEmpty else { return nil }
        return labels
    }
}
