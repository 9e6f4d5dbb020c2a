package import Kubernetes

/// Decides which objects of the inventory may be deleted: only what the signed metadata says has left.
///
/// Absence is never a statement. An object may go when its layer is in the bundle without it (the layer's signed object
/// count was checked against its content), or when the targets name its layer as removed.
package struct PruneGuard: Hashable, Sendable {
    /// Why an object that is no longer declared is kept.
    package enum Hold: Hashable, Sendable {
        /// Its layer is absent from the bundle and nothing signed says that it was removed.
        case layerAbsent(String)
    }

    /// The layers whose content was verified, object count included.
    package let presentLayers: Set<String>
    /// The layers that the signed targets list as removed.
    package let removedLayers: Set<String>

    package init(presentLayers: Set<String>, removedLayers: Set<String>) {
        self.presentLayers = presentLayers
        self.removedLayers = removedLayers
    }

    /// Splits what is in the inventory and no longer declared into what may go and what is kept.
    package func judge(
        _ entries: [ObjectKey: InventoryBook.Entry],
        desired: (ObjectKey) -> Bool
    ) -> (prune: [ObjectKey], held: [ObjectKey: Hold]) {
        var prune: [ObjectKey] = []
        var held: [ObjectKey: Hold] = [:]
        for (key, entry) in entries where !desired(key) {
            if presentLayers.contains(entry.layer) || removedLayers.contains(entry.layer) {
                prune.append(key)
            } else {
                held[key] = .layerAbsent(entry.layer)
            }
        }
        return (prune.sorted(by: Self.goesBefore), held)
    }

    /// Namespaces go last, definitions of kinds before them, so that nothing is taken away by what holds it.
    static func goesBefore(_ left: ObjectKey, _ right: ObjectKey) -> Bool {
        let (leftRank, rightRank) = (rank(left), rank(right))
        return leftRank == rightRank ? left < right : leftRank < rightRank
    }

    static func rank(_ key: ObjectKey) -> Int {
        switch (key.group, key.kind) {
        case ("", "Namespace"): 2
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): 1
        default: 0
        }
    }
}
