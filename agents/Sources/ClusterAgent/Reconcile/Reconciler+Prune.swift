import AgentProtocol
import Bundles
import Logging
import Kubernetes

extension Reconciler {
    /// Deletes what left the bundle by a signed statement, and shrinks the inventory by what is gone.
    ///
    /// A refused or held deletion keeps its entry, so that it is tried again and never forgotten. A newer bundle ends it:
    /// what is not deleted yet may be wanted back.
    ///
    /// - Throws: `ClusterError` when the inventory cannot be written.
    func prune(_ target: DesiredState, _ version: UInt64, _ log: inout PassLog) async throws(ClusterError) {
        guard
            book.entries.count > target.objects.count || !held.isEmpty || book.heldDeletions != nil
                || pendingDeletions != nil
        else { return }
        let judged = target.pruneGuard.judge(book.entries) { target.objects[$0] != nil }
        held = judged.held.mapValues { hold in
            switch hold {
            case .layerAbsent(let layer): "kept: its layer '\(layer)' is absent and no signed statement removes it"
            }
        }
        let (released, pending) = try await release(withoutMoved(judged.prune, target), target)
        if pending != nil { pendingDeletions = pending }
        let ranks = Dictionary(grouping: released, by: PruneGuard.rank)
        for (_, keys) in ranks.sorted(by: { $0.key < $1.key }) {
            guard !isSuperseded(version) else { break }
            await delete(keys.filter { mayHoldNothing($0, target) }, version, &log)
        }
        // Only now: a report from the middle of the pass must not say that nothing waits.
        if !isSuperseded(version) { pendingDeletions = pending }
        try await writeInventory()
    }

    // MARK: - The brake

    /// The deletions to make now, and those that a person must confirm first.
    ///
    /// What was released once stays so: a deletion that is refused and tried again is no new decision.
    private func release(
        _ keys: [ObjectKey],
        _ target: DesiredState
    ) async throws(ClusterError) -> ([ObjectKey], PendingDeletions?) {
        let fresh = keys.filter { book.entries[$0]?.isReleased == false }
        guard let reason = PruneBrake.reason(for: fresh, ofInventory: book.entries.count) else {
            book.hold(nil)
            book.release(fresh)
            return (keys, nil)
        }
        let digest = PruneBrake.digest(of: fresh)
        let known = book.heldDeletions.flatMap { $0.digest == digest ? $0 : nil }
        let deletions = known ?? HeldDeletions(digest: digest, generation: target.generation)
        guard !deletions.isConfirmed(by: target.directives.confirmation) else {
            book.hold(nil)
            book.release(fresh)
            // Written first: what is left after a sudden end must not ask for a second confirmation.
            try await writeInventory()
            return (keys, nil)
        }
        if known == nil {
            logger.warning(
                "Deletions wait for a confirmation",
                metadata: ["count": "\(fresh.count)", "reason": "\(reason)", "digest": "\(digest)"]
            )
        }
        book.hold(deletions)
        let waiting = Set(fresh)
        return (keys.filter { !waiting.contains($0) }, PruneBrake.pending(fresh, deletions, because: reason))
    }

    // MARK: - What is not deleted

    /// Forgets entries whose object is declared under another API group now: deleting one would delete the other.
    private func withoutMoved(_ keys: [ObjectKey], _ target: DesiredState) -> [ObjectKey] {
        var leaving: [ObjectKey: [ObjectKey]] = [:]
        for key in keys { leaving[key.withoutGroup, default: []].append(key) }
        guard !leaving.isEmpty else { return keys }
        var spared: Set<ObjectKey> = []
        for twin in target.objects.keys {
            for key in leaving[twin.withoutGroup] ?? [] {
                let (old, new) = (book.entries[key]?.uid ?? "", book.entries[twin]?.uid ?? "")
                if old.isEmpty || new.isEmpty {
                    spared.insert(key)
                    held[key] = "kept: it may be the same object as \(twin), which is not applied yet"
                } else if old == new {
                    spared.insert(key)
                    book.remove(key)
                }
            }
        }
        return keys.filter { !spared.contains($0) }
    }

    /// Whether nothing that stays is known to be inside `key`; otherwise it is held.
    private func mayHoldNothing(_ key: ObjectKey, _ target: DesiredState) -> Bool {
        guard key.kind == "Namespace", key.group.isEmpty else { return true }
        let inside = book.entries.first { other, entry in
            other.namespace == key.name
                && (held[other] != nil || target.objects[other] != nil || !entry.isReleased)
        }
        guard let inside else { return true }
        held[key] = "kept: it still holds \(inside.key)"
        return false
    }

    private func delete(_ keys: [ObjectKey], _ version: UInt64, _ log: inout PassLog) async {
        await withTaskGroup(of: (ObjectKey, PruneAnswer).self) { group in
            var rest = keys[...]
            var running = 0
            while true {
                while running < cluster.pace.concurrency, !isSuperseded(version), let key = rest.popFirst(),
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

extension ObjectKey {
    /// Equal for an object before and after its kind moved to another API group.
    fileprivate var withoutGroup: ObjectKey { ObjectKey(kind: kind, namespace: namespace, name: name) }
}
