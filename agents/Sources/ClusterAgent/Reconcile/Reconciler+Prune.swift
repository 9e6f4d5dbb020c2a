import Logging
import Kubernetes

extension Reconciler {
    /// Deletes what left the bundle by a signed statement, and shrinks the inventory by what is gone.
    ///
    /// A refused or held deletion keeps its entry, so that it is tried again and never forgotten.
    ///
    /// - Throws: `ClusterError` when the shrunk inventory cannot be written.
    func prune(_ target: DesiredState, _ log: inout PassLog) async throws(ClusterError) {
        guard book.entries.count > target.objects.count || !held.isEmpty else { return }
        let judged = target.pruneGuard.judge(book.entries) { target.objects[$0] != nil }
        held = judged.held.mapValues { hold in
            switch hold {
            case .layerAbsent(let layer): "kept: its layer '\(layer)' is absent and no signed statement removes it"
            }
        }
        let ranks = Dictionary(grouping: judged.prune, by: PruneGuard.rank)
        for (_, keys) in ranks.sorted(by: { $0.key < $1.key }) {
            guard !isHalted else { break }
            await delete(keys.filter { mayHoldNothing($0, target) }, &log)
        }
        try await writeInventory()
    }

    /// Whether nothing that stays is known to be inside `key`; otherwise it is held.
    private func mayHoldNothing(_ key: ObjectKey, _ target: DesiredState) -> Bool {
        guard key.kind == "Namespace", key.group.isEmpty else { return true }
        let inside = book.entries.keys.first {
            $0.namespace == key.name && (held[$0] != nil || target.objects[$0] != nil)
        }
        guard let inside else { return true }
        held[key] = "kept: it still holds \(inside)"
        return false
    }

    private func delete(_ keys: [ObjectKey], _ log: inout PassLog) async {
        await withTaskGroup(of: (ObjectKey, PruneAnswer).self) { group in
            var rest = keys[...]
            var running = 0
            while true {
                while running < Self.concurrency, !isHalted, let key = rest.popFirst(),
                    let entry = book.entries[key]
                {
                    group.addTask { [cluster] in (key, await cluster.prune(key, entry)) }
                    running += 1
                }
                guard let (key, answer) = await group.next() else { return }
                running -= 1
                switch answer {
                case .gone:
                    book.remove(key)
                    records[key] = nil
                    drift.forget(key)
                    drifted[key] = nil
                    fights.forget(key)
                    touchedRecords = true
                    log.pruned += 1
                    prunedTotal += 1
                case .kept(let reason), .failed(let reason):
                    held[key] = BoundedText.cut(reason)
                    logger.notice("An object was not pruned", metadata: ["object": "\(key)", "reason": "\(reason)"])
                }
            }
        }
    }
}
