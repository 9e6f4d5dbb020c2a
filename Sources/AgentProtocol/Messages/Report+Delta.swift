extension Report {
    /// What has to be sent of this whole report to a hub that has `acknowledged`.
    ///
    /// Only layers and the hashes of buckets are left out where they are the same; everything else is small.
    package func delta(since acknowledged: Report) -> Report {
        guard acknowledged.bootID == bootID else { return self }
        var delta = self
        delta.base = acknowledged.sequence
        let known = Dictionary(acknowledged.layers.map { ($0.name, $0) }) { first, _ in first }
        delta.layers = layers.filter { known[$0.name] != $0 }
        let names = Set(layers.map(\.name))
        delta.goneLayers = acknowledged.layers.map(\.name).filter { !names.contains($0) }
        if let objects, objects.root == acknowledged.objects?.root { delta.objects = objects.rootOnly }
        return delta
    }

    /// The whole report that this one makes of the one it is based on; itself when it is whole.
    ///
    /// It carries no buckets. `nil` when `base` is not the report that it names.
    package func merged(onto stored: Report?) -> Report? {
        var whole = self
        whole.buckets = []
        guard let base else { return whole }
        guard let stored, stored.bootID == bootID, stored.sequence == base else { return nil }
        whole.base = nil
        whole.goneLayers = []
        var changed = Dictionary(layers.map { ($0.name, $0) }) { _, last in last }
        let gone = Set(goneLayers)
        whole.layers = stored.layers.filter { !gone.contains($0.name) }.map {
            changed.removeValue(forKey: $0.name) ?? $0
        }
        whole.layers += layers.filter { changed[$0.name] != nil }
        if let objects, objects.hashes.isEmpty {
            whole.objects = objects.root == stored.objects?.root ? stored.objects : nil
        }
        return whole
    }
}
