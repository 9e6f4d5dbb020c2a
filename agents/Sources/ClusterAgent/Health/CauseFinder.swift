import JSON
import Kubernetes

/// Looks for the deepest cause why an object is not ready, with a few bounded requests.
///
/// A right that is missing or an answer that does not come is no fault here: then the object's own words have to do.
struct CauseFinder: Sendable {
    enum Finding: Hashable, Sendable {
        case nothing
        /// It is as it should be, although its status alone does not tell.
        case intended
        case cause(String)
    }

    /// How many pods, replica sets or events are read at most.
    static let maximumObjects = 20

    private static let pods = GroupVersionKind(version: "v1", kind: "Pod")
    private static let events = GroupVersionKind(version: "v1", kind: "Event")
    private static let replicaSets = GroupVersionKind(group: "apps", version: "v1", kind: "ReplicaSet")
    private static let storageClasses = GroupVersionKind(
        group: "storage.k8s.io",
        version: "v1",
        kind: "StorageClass"
    )

    let client: KubernetesClient

    func cause(of object: KubernetesObject) async -> Finding {
        if object.type.groupKind == GroupKind(kind: "PersistentVolumeClaim") { return await claim(object) }
        guard let selector = WorkloadSelector.pods(of: object) else { return .nothing }
        let pods = await list(Self.pods, of: object, selector)
        if let (pod, trouble) = PodChoice.deepest(of: pods) {
            if trouble.depth == .waiting, let event = await newestWarning(about: pod) {
                return .cause("pod \(pod.name): \(event)")
            }
            return .cause("pod \(pod.name): \(trouble.text)")
        }
        guard pods.isEmpty else { return .nothing }
        return await refusal(of: object, selector)
    }

    /// Why no pod is there: the replica set that may not make one, or the newest warning.
    private func refusal(of object: KubernetesObject, _ selector: LabelSelector) async -> Finding {
        if object.kind == "Deployment" {
            for set in await list(Self.replicaSets, of: object, selector) {
                guard let failure = Self.replicaFailure(set) else { continue }
                return .cause("replica set \(set.name): \(failure)")
            }
        } else if let failure = Self.replicaFailure(object) {
            return .cause(failure)
        }
        return await newestWarning(about: object).map(Finding.cause) ?? .nothing
    }

    private func claim(_ claim: KubernetesObject) async -> Finding {
        if let name = claim.spec?["storageClassName"]?.stringValue, !name.isEmpty,
            let storage = try? await client.find(Self.storageClasses, name: name),
            Health.waitsForConsumer(claim, storageClass: storage)
        {
            return .intended
        }
        return await newestWarning(about: claim).map(Finding.cause) ?? .nothing
    }

    // MARK: - Requests

    private func list(
        _ type: GroupVersionKind,
        of object: KubernetesObject,
        _ selector: LabelSelector = .everything,
        fields: String = ""
    ) async -> [KubernetesObject] {
        let options = ListOptions(labelSelector: selector, fieldSelector: fields, pageSize: Self.maximumObjects)
        guard let resource = try? await client.resource(for: type),
            let page = try? await client.page(of: resource, namespace: object.namespace, options)
        else { return [] }
        return page.objects
    }

    /// `Reason: message` of the newest warning that somebody wrote down about `object`.
    private func newestWarning(about object: KubernetesObject) async -> String? {
        let fields = [
            "involvedObject.kind=\(object.kind)", "involvedObject.name=\(object.name)", "type=Warning",
        ]
        let events = await list(Self.events, of: object, fields: fields.joined(separator: ","))
        let relevant = events.filter { event in
            guard let uid = event.json["involvedObject"]?["uid"]?.stringValue, !uid.isEmpty else { return true }
            return uid == object.uid
        }
        guard let newest = relevant.max(by: { Self.time(of: $0) < Self.time(of: $1) }) else { return nil }
        let reason = newest.json["reason"]?.stringValue ?? "Warning"
        return "\(reason): \(newest.json["message"]?.stringValue ?? "")"
    }

    private static func time(of event: KubernetesObject) -> String {
        event.json["series"]?["lastObservedTime"]?.stringValue ?? event.json["lastTimestamp"]?.stringValue
            ?? event.json["eventTime"]?.stringValue ?? event.creationTimestamp ?? ""
    }

    private static func replicaFailure(_ object: KubernetesObject) -> String? {
        let condition = object.status?["conditions"]?.arrayValue?.first {
            $0["type"]?.stringValue == "ReplicaFailure" && $0["status"]?.stringValue == "True"
        }
        return condition.map { "\($0["reason"]?.stringValue ?? "ReplicaFailure"): \($0["message"]?.stringValue ?? "")" }
    }
}
