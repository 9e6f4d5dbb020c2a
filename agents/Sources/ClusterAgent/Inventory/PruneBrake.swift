package import AgentProtocol
package import Bundles
package import Kubernetes

/// Stops deletions that are too many or too weighty to happen without a person.
///
/// Pure. A mistake in the values, or in the platform's own code, must not be able to empty a cluster.
package enum PruneBrake {
    /// More than so many objects at once wait.
    package static let maximumCount = 50
    /// More than this share of the inventory at once waits, unless it is fewer than `floor` objects.
    package static let maximumPercent = 20
    /// So few objects are never too large a share: otherwise nothing of a small cluster could ever go.
    package static let floor = 5

    /// Why the deletion of `keys` at once needs a person; `nil` when it does not.
    package static func reason(for keys: [ObjectKey], ofInventory size: Int) -> String? {
        if let weighty = keys.min(by: precedes), let name = weightyName(weighty.groupKind) { return name }
        if keys.count > maximumCount { return "more than \(maximumCount) objects" }
        if keys.count >= floor, keys.count * 100 > size * maximumPercent {
            return "more than \(maximumPercent) % of the \(size) objects"
        }
        return nil
    }

    /// The SHA-256 of the sorted keys, each followed by a line break.
    package static func digest(of keys: [ObjectKey]) -> Digest {
        var stream = DigestStream()
        for key in keys.sorted() { stream.update(Array("\(key)\n".utf8)) }
        return stream.digest
    }

    /// What is reported about `keys`, the weightiest first.
    package static func pending(_ keys: [ObjectKey], _ held: HeldDeletions, because reason: String) -> PendingDeletions
    {
        let first = keys.sorted(by: precedes).prefix(Report.maximumEntries).map { key in
            ObjectReport(
                group: key.group,
                kind: key.kind,
                namespace: key.namespace,
                name: key.name,
                reason: "PendingDeletion",
                message: "would be deleted"
            )
        }
        return PendingDeletions(
            generation: held.generation,
            count: keys.count,
            digest: held.digest,
            reason: reason,
            objects: Array(first)
        )
    }

    private static func precedes(_ left: ObjectKey, _ right: ObjectKey) -> Bool {
        (weight(left.groupKind), left) < (weight(right.groupKind), right)
    }

    /// The kinds that hold what cannot be made again, the weightiest first.
    private static let weighty: [(kind: GroupKind, name: String)] = [
        (GroupKind(kind: "Namespace"), "a namespace"),
        (GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"), "a definition of a kind"),
        (GroupKind(kind: "PersistentVolume"), "a persistent volume"),
        (GroupKind(kind: "PersistentVolumeClaim"), "a persistent volume claim"),
        (GroupKind(group: "apps", kind: "StatefulSet"), "a stateful set"),
    ]

    private static func weight(_ kind: GroupKind) -> Int {
        weighty.firstIndex { $0.kind == kind } ?? weighty.count
    }

    private static func weightyName(_ kind: GroupKind) -> String? {
        weighty.first { $0.kind == kind }?.name
    }
}
