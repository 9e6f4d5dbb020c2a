import Logging
import Bundles
import JSON
import Kubernetes

extension Reconciler {
    /// So many unanswered applies in a row, at least, mean that the rest would find nobody either.
    private static let patience = 4

    /// Sends the stages of the plan one after another.
    ///
    /// - Throws: `ClusterError` when the API server cannot be used at all, or a layer's content cannot be had.
    func apply(_ target: DesiredState, _ version: UInt64, _ log: inout PassLog) async throws(ClusterError) {
        let plan = ApplyPlan(desired: target.objects.values, records: records)
        for stage in plan.stages {
            guard !isSuperseded(version) else { return }
            var contents: [String: [UInt8]] = [:]
            for name in Set(stage.objects.map(\.layer)) {
                guard let layer = target.layer(named: name) else { continue }
                do { contents[name] = try await layers.content(of: layer.reference) } catch {
                    // What a newer bundle does not have is removed while this one is still worked on.
                    guard !isSuperseded(version) else { return }
                    throw ClusterError("the layer '\(name)' cannot be read again: \(error)")
                }
            }
            let obstacle = await send(stage, contents, target, version, &log)
            if let obstacle { throw ClusterError(obstacle) }
            if stage.definesKinds { await establish(stage) }
        }
        if !plan.isEmpty { await layers.release() }
    }

    /// Sends the objects of one stage, as many at a time as the API server takes well.
    ///
    /// - Returns: why the API server cannot be used, when so many requests in a row found no one that the rest would too.
    private func send(
        _ stage: ApplyPlan.Stage,
        _ contents: [String: [UInt8]],
        _ target: DesiredState,
        _ version: UInt64,
        _ log: inout PassLog
    ) async -> String? {
        await withTaskGroup(of: (DesiredObject, ApplyAnswer).self) { group in
            var unavailable = 0
            var obstacle: String?
            var rest = stage.objects[...]
            var running = 0
            while true {
                while running < cluster.pace.concurrency, obstacle == nil, !isSuperseded(version),
                    let object = rest.popFirst()
                {
                    inFlight.insert(object.key)
                    let line = contents[object.layer].map { $0[object.range] } ?? []
                    let request = request(for: object, line, target)
                    group.addTask { [cluster, metrics] in
                        (object, await metrics.measuring { await cluster.apply(request) })
                    }
                    running += 1
                }
                guard let (object, answer) = await group.next() else { return obstacle }
                running -= 1
                if case .unavailable(let message) = answer {
                    unavailable += 1
                    if unavailable >= max(Self.patience, cluster.pace.concurrency) { obstacle = message }
                } else {
                    unavailable = 0
                }
                note(answer, of: object, &log)
            }
        }
    }

    /// What is known of an object when it is applied.
    func request(
        for object: DesiredObject,
        _ line: ArraySlice<UInt8>,
        _ target: DesiredState
    ) -> ApplyRequest {
        let known = records[object.key]?.uid ?? ""
        return ApplyRequest(
            object,
            line: line,
            appliedUID: known.isEmpty ? book.entries[object.key]?.uid ?? "" : known,
            leaving: fieldsLeftAlone(of: object.key).union(
                target.autoscaled.contains(object.key) ? [ConflictResolution.replicas] : []
            )
        )
    }

    /// Enters the answer to one apply into the object's record.
    private func note(_ answer: ApplyAnswer, of object: DesiredObject, _ log: inout PassLog) {
        inFlight.remove(object.key)
        let seen = seenInFlight.removeValue(forKey: object.key)
        var record = records[object.key] ?? ObjectRecord(apiVersion: object.apiVersion)
        record.apiVersion = object.apiVersion
        switch answer {
        case .applied(let live):
            // Now, and not when the pass has come to its end, which may take long.
            clearObstacle()
            record.state = .applied
            record.obstacle = nil
            record.applied = object.fingerprint
            record.uid = live.uid
            record.resourceVersion = live.resourceVersion
            record.ownedFields = live.ownedFields
            record.health = live.health
            applyCount += 1
            record.appliedAt = applyCount
            book.note(uid: live.uid, of: object.key)
            note(takenOver: live.takenOver, of: object.key)
            touchedRecords = true
            log.applied += 1
        case .waiting(let obstacle, let message):
            record.state = .waiting(BoundedText.cut(message))
            record.obstacle = obstacle
        case .failed(let obstacle, let message):
            record.state = .failed(BoundedText.cut(message))
            record.obstacle = obstacle
        case .unavailable(let message):
            record.state = .failed(BoundedText.cut(message))
            record.obstacle = nil
        }
        records[object.key] = record
        if record.state == .applied {
            if record.health != .ready { queueHealth(object.key) }
            if let seen { take(seen, of: object.key) }
        } else {
            logger.debug(
                "An object was not applied",
                metadata: ["object": "\(object.key)", "reason": "\(record.state.message ?? "")"]
            )
        }
    }

    /// Waits, within bounds, until the definitions of a stage are served, and reads anew what the API server serves.
    private func establish(_ stage: ApplyPlan.Stage) async {
        let names = stage.objects.filter { $0.isDefinition && records[$0.key]?.state == .applied }.map(\.key.name)
        guard !names.isEmpty else { return }
        await withTaskGroup { group in
            for name in names { group.addTask { [cluster] in await cluster.waitUntilEstablished(name) } }
        }
    }
}
