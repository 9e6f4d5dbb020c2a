package import Bundles
package import Kubernetes

/// Everything the cluster should run: the objects of all layers of one verified bundle.
package struct DesiredState: Sendable {
    package let generation: Int64
    package let revision: Int64
    /// The layers in the order they are applied.
    package let layers: [LayerIndex]
    /// The layers that the signed metadata lists as removed.
    package let removedLayers: Set<String>
    package let directives: Directives
    package let objects: [ObjectKey: DesiredObject]
    /// Objects that a second layer declares too; the earlier layer's is the one that counts.
    package let duplicates: [DesiredObject]
    /// The workloads whose number of replicas an autoscaler of the bundle sets.
    package let autoscaled: Set<ObjectKey>

    package static let empty = DesiredState(generation: 0, revision: 0, layers: [], removedLayers: [])

    package init(
        generation: Int64,
        revision: Int64,
        layers: [LayerIndex],
        removedLayers: Set<String>,
        directives: Directives = .none
    ) {
        self.generation = generation
        self.revision = revision
        self.layers = layers.sorted { ($0.reference.wave, $0.name) < ($1.reference.wave, $1.name) }
        self.removedLayers = removedLayers
        self.directives = directives
        var objects: [ObjectKey: DesiredObject] = [:]
        var duplicates: [DesiredObject] = []
        for object in self.layers.lazy.flatMap(\.objects) {
            if objects[object.key] == nil {
                objects[object.key] = object
            } else {
                duplicates.append(object)
            }
        }
        self.objects = objects
        self.duplicates = duplicates
        autoscaled = Set(self.layers.lazy.flatMap(\.scaleTargets.values))
    }

    package func layer(named name: String) -> LayerIndex? { layers.first { $0.name == name } }

    /// The guard that this bundle's signed statements make.
    package var pruneGuard: PruneGuard {
        PruneGuard(presentLayers: Set(layers.map(\.name)), removedLayers: removedLayers)
    }
}
