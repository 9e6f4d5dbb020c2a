import JSON
import Kubernetes

extension ClusterAPI {
    /// Deletes one object that left the bundle, unless it is not ours any more or holds what is not ours.
    func prune(_ key: ObjectKey, _ entry: InventoryBook.Entry) async -> PruneAnswer {
        do throws(KubernetesError) {
            return try await retrying { () async throws(KubernetesError) in try await pruneOnce(key, entry) }
        } catch {
            return error.code == .notFound ? .gone : .failed("not deleted: \(error)")
        }
    }

    private func pruneOnce(_ key: ObjectKey, _ entry: InventoryBook.Entry) async throws(KubernetesError) -> PruneAnswer
    {
        let type = GroupVersionKind(apiVersion: entry.apiVersion, kind: key.kind)
        var served = try await client.discovery.resource(for: type)
        if served == nil { served = try await client.discovery.preferredResource(for: key.groupKind) }
        // Without its definition no object of a kind can exist.
        guard let resource = served else { return .gone }
        let live = try await client.get(resource.type, namespace: key.namespace, name: key.name)
        if live.isTerminating { return .gone }
        guard AgentSet.contains(live) else {
            return .kept("kept: it no longer carries our label, so somebody else took it over")
        }
        guard entry.uid.isEmpty || live.uid == entry.uid else {
            return .kept("kept: it is another object of the same name (its UID is not the one we applied)")
        }
        guard live.annotations[Annotation.prune] != "disabled" else {
            return .kept("kept: it is annotated \(Annotation.prune): disabled")
        }
        let strangers =
            switch (key.group, key.kind) {
            case ("", "Namespace"): try await strangers(inNamespace: key.name)
            case ("apiextensions.k8s.io", "CustomResourceDefinition"): try await strangers(ofDefinition: live)
            default: [String]()
            }
        guard strangers.isEmpty else {
            return .kept("kept: it still holds objects that are not ours: \(strangers.joined(separator: ", "))")
        }
        try await deleting(key, of: entry.layer) { client async throws(KubernetesError) in
            try await client.delete(
                key,
                of: resource,
                preconditions: Preconditions(uid: live.uid),
                propagation: .background
            )
        }
        return .gone
    }

    // MARK: - Strangers

    /// How many strangers are named at most.
    private static let shown = 3

    /// The first objects in a namespace that are neither ours nor made by the cluster itself for every namespace.
    private func strangers(inNamespace namespace: String) async throws(KubernetesError) -> [String] {
        var found: [String] = []
        // What was defined since discovery was last asked, or cannot be asked now, may be there too.
        client.discovery.invalidate()
        for resource in try await client.discovery.allResources(leavingOut: { $0.hasSuffix("metrics.k8s.io") })
        where resource.isNamespaced && resource.verbs.contains("list") && !Self.isByTheWay(resource.type.groupKind) {
            found += try await strangers(of: resource, in: namespace)
            if found.count >= Self.shown { break }
        }
        return Array(found.prefix(Self.shown))
    }

    /// The first objects of a defined kind that are not ours; deleting the definition would delete them.
    private func strangers(ofDefinition definition: KubernetesObject) async throws(KubernetesError) -> [String] {
        guard let group = definition.spec?["group"]?.stringValue,
            let kind = definition.spec?["names"]?["kind"]?.stringValue
        else { return [] }
        client.discovery.invalidate(group: group)
        guard let resource = try await client.discovery.preferredResource(for: GroupKind(group: group, kind: kind))
        else {
            // One that was never established has no objects; of any other they are not seen and may be there.
            guard Health(of: definition).isCurrent else { return [] }
            throw KubernetesError(
                .unavailable,
                "\(kind).\(group) is defined and not served, so its objects are not seen"
            )
        }
        return try await strangers(of: resource, in: nil)
    }

    private func strangers(of resource: APIResource, in namespace: String?) async throws(KubernetesError) -> [String] {
        let options = ListOptions(metadataOnly: true, pageSize: 250)
        var found: [String] = []
        var token: String?
        repeat {
            let page: ObjectPage
            do throws(KubernetesError) {
                page = try await client.page(of: resource, namespace: namespace, options, from: token)
            } catch {
                // A kind that cannot be listed holds nothing that a person could have put there.
                if error.code == .badRequest || error.code == .notFound { return found }
                throw error
            }
            found += page.objects.filter(Self.isStranger).map { "\($0.kind)/\($0.name)" }
            token = page.continueToken
        } while token != nil && found.count < Self.shown
        return Array(found.prefix(Self.shown))
    }

    /// Whether deleting what holds `object` would delete something that is not ours to delete.
    static func isStranger(_ object: KubernetesObject) -> Bool {
        if AgentSet.contains(object) {
            return object.annotations[Annotation.prune] == "disabled"
        }
        // What another object owns goes and comes with its owner, which is judged itself.
        guard object.ownerReferences.isEmpty else { return false }
        switch (object.kind, object.name) {
        case ("ConfigMap", "kube-root-ca.crt"), ("ConfigMap", "openshift-service-ca.crt"),
            ("ConfigMap", "istio-ca-root-cert"), ("ServiceAccount", "default"):
            return false
        case ("Secret", _): return object.annotations["kubernetes.io/service-account.name"] == nil
        default: return true
        }
    }

    /// Kinds whose objects the cluster makes by itself, or which are mere views.
    private static func isByTheWay(_ kind: GroupKind) -> Bool {
        switch (kind.group, kind.kind) {
        case (_, "Event"), ("", "Endpoints"), ("discovery.k8s.io", _), ("metrics.k8s.io", _),
            ("custom.metrics.k8s.io", _), ("external.metrics.k8s.io", _):
            true
        default: false
        }
    }
}
