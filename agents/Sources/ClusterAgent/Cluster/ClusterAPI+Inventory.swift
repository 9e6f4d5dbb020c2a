import JSON
import Kubernetes

extension ClusterAPI {
    private static let configMap = GroupVersionKind(version: "v1", kind: "ConfigMap")
    private static let namespaceType = GroupVersionKind(version: "v1", kind: "Namespace")
    private static let dataKey = "objects"
    static let ownerLabel = "app.kubernetes.io/managed-by"

    /// Reads all chunks of the inventory, with what they know of the objects in place.
    ///
    /// - Throws: `ClusterError` when they cannot be read; an inventory that is not there is an empty one.
    func readInventory() async throws(ClusterError) -> (book: InventoryBook, records: [ObjectKey: ObjectRecord]) {
        let options = ListOptions(labelSelector: LabelSelector([.exists(AgentSet.chunkLabel)]))
        let page: ObjectPage
        do throws(KubernetesError) {
            page = try await retrying { () async throws(KubernetesError) in
                try await client.list(Self.configMap, namespace: AgentSet.namespace, options)
            }
        } catch { throw ClusterError("the inventory cannot be read: \(error)") }
        var book = InventoryBook()
        var records: [ObjectKey: ObjectRecord] = [:]
        var unread = 0
        for object in page.objects.sorted(by: { $0.name < $1.name }) {
            guard let chunk = AgentSet.chunkNumber(object.name) else { continue }
            let read = book.read(object.json["data"]?[Self.dataKey]?.stringValue ?? "", chunk: chunk)
            unread += read.unread
            records.merge(read.records) { first, _ in first }
            guard chunk == 0 else { continue }
            book.read(
                announced: ApplySet(parent: object),
                held: object.annotations[HeldDeletions.annotation].flatMap { HeldDeletions($0) }
            )
        }
        guard unread == 0 else {
            throw ClusterError(
                "the inventory in namespace \(AgentSet.namespace) has \(unread) lines that are none of ours; repair or "
                    + "delete its ConfigMaps \(AgentSet.chunkName(0)) and following"
            )
        }
        return (book, records)
    }

    /// The ConfigMap of one chunk of the inventory.
    static func chunk(_ number: Int, of book: InventoryBook, _ records: [ObjectKey: ObjectRecord]) -> KubernetesObject {
        var object = KubernetesObject(configMap, namespace: AgentSet.namespace, name: AgentSet.chunkName(number))
        object.labels = [ownerLabel: "otomi", AgentSet.chunkLabel: String(number)]
        object.json["data"] = [dataKey: .string(book.text(of: number, records))]
        if number == 0 {
            book.applySet.mark(parent: &object)
            if let held = book.heldDeletions { object.annotations[HeldDeletions.annotation] = held.description }
        }
        return object
    }

    /// Writes one chunk of the inventory.
    ///
    /// - Throws: `ClusterError` when the API server does not take it.
    func write(chunk: KubernetesObject) async throws(ClusterError) {
        do throws(KubernetesError) { try await storeOwn(chunk) } catch {
            throw ClusterError("the inventory cannot be written: \(error)")
        }
    }

    /// Writes an object of the agent's own; makes the agent's namespace when it is missing.
    func storeOwn(_ object: KubernetesObject) async throws(KubernetesError) {
        do throws(KubernetesError) { try await store(object) } catch {
            guard error.code == .notFound else { throw error }
            var namespace = KubernetesObject(Self.namespaceType, name: AgentSet.namespace)
            namespace.labels = [Self.ownerLabel: "otomi"]
            try await store(namespace)
            try await store(object)
        }
    }

    private func store(_ object: KubernetesObject) async throws(KubernetesError) {
        _ = try await retrying { () async throws(KubernetesError) in
            try await client.serverSideApply(object, fieldManager: Self.fieldManager, force: true, answer: .metadata)
        }
    }
}
