extension ClusterSelection {
    /// The documents that apply to the cluster, each layer by its own scope; groups are not among them.
    package var documents: Set<DocumentID> {
        var found: Set<DocumentID> = []
        for node in [clusterNode] + platformNodes + teams.flatMap(\.nodes) {
            for layer in node.layers { found.insert(layer.document.id) }
        }
        return found
    }
}
