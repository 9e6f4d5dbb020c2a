package import AgentProtocol
import Bundles
import JSON
import Kubernetes

extension Reconciler {
    /// What the hub should know now; number and time are entered when it is sent.
    package func report(bootID: String, versions: Versions) -> Report {
        let tallies = tally()
        var layers = desired.layers.map { layer in
            let tally = tallies[layer.name] ?? LayerTally()
            return LayerReport(
                name: layer.name,
                digest: layer.reference.digest,
                state: tally.state,
                objects: layer.objects.count,
                applied: tally.applied,
                failed: tally.failed,
                message: tally.message
            )
        }
        if let obstacle = obstacle ?? followObstacle, let first = layers.first {
            layers[0] = LayerReport(
                name: first.name,
                digest: first.digest,
                state: .outOfSync,
                objects: first.objects,
                applied: first.applied,
                failed: first.failed,
                message: obstacle
            )
        }
        return Report(
            bootID: bootID,
            sequence: 0,
            generation: settledGeneration,
            revision: settledRevision,
            state: overallState(layers),
            trustError: trustFault.map { TrustFault(code: $0.code.rawValue, message: BoundedText.cut($0.message)) },
            hold: hold?.report,
            pendingDeletions: pendingDeletions,
            layers: layers,
            notReady: notReady(),
            drift: driftReports(),
            counts: [
                "objects": desired.objects.count,
                "applied": tallies.values.reduce(0) { $0 + $1.applied },
                "failed": tallies.values.reduce(0) { $0 + $1.failed },
                "notReady": tallies.values.reduce(0) { $0 + $1.unhealthy },
                "held": held.count,
                "pending": pendingDeletions?.count ?? 0,
                "pruned": prunedTotal,
                "drift": drift.total,
            ].merging(driftCounts) { first, _ in first },
            audit: auditHead,
            objects: objectHashes(),
            versions: versions,
            observedAt: 0
        )
    }

    private func overallState(_ layers: [LayerReport]) -> Report.State {
        if hold != nil { return .held }
        if let trustFault, trustFault.code != .freeze { return .outOfSync }
        if obstacle != nil || followObstacle != nil { return .outOfSync }
        if settledGeneration != desired.generation { return .progressing }
        let states = Set(layers.map(\.state))
        if pendingDeletions != nil, !states.contains(.outOfSync) { return .held }
        return [.outOfSync, .progressing, .degraded].first(where: states.contains) ?? .inSync
    }

    // MARK: - Layers

    private func tally() -> [String: LayerTally] {
        var tallies: [String: LayerTally] = [:]
        for (key, object) in desired.objects {
            tallies[object.layer, default: LayerTally()].add(records[key], key)
        }
        for duplicate in desired.duplicates {
            tallies[duplicate.layer, default: LayerTally()].refuse(
                duplicate.key,
                "is declared by the layer '\(desired.objects[duplicate.key]?.layer ?? "")' too, which counts"
            )
        }
        return tallies
    }

    // MARK: - Single objects

    private func notReady() -> [ObjectReport] {
        var reports: [ObjectReport] = []
        var budget = BoundedText.reportLimit
        func add(_ key: ObjectKey, _ reason: String, _ message: String) {
            guard reports.count < Report.maximumEntries else { return }
            let text = BoundedText.cut(message, to: min(BoundedText.entryLimit, budget))
            budget = max(80, budget - text.utf8.count)
            reports.append(
                ObjectReport(
                    group: key.group,
                    kind: key.kind,
                    namespace: key.namespace,
                    name: key.name,
                    reason: reason,
                    message: text
                )
            )
        }
        let concerned = records.compactMap { key, record in
            record.trouble.map {
                (
                    key: key, rank: $0.rank * CauseDistance.range + CauseDistance.of(key), reason: $0.reason,
                    message: $0.message
                )
            }
        }
        for trouble in concerned.sorted(by: { ($0.rank, $0.key) < ($1.rank, $1.key) }).prefix(Report.maximumEntries) {
            add(trouble.key, trouble.reason, trouble.message)
        }
        for (key, reason) in held.sorted(by: { $0.key < $1.key }).prefix(Report.maximumEntries) {
            add(key, reason.hasPrefix("kept") ? "PruneHeld" : "PruneFailed", reason)
        }
        return reports
    }
}

/// The objects of one layer, counted.
struct LayerTally {
    private(set) var applied = 0
    private(set) var failed = 0
    private(set) var unhealthy = 0
    private var pending = 0
    private var broken = 0
    private var first: (key: ObjectKey, message: String)?

    mutating func add(_ record: ObjectRecord?, _ key: ObjectKey) {
        switch record?.state {
        case .applied:
            applied += 1
            switch record?.health {
            case .ready, .none: break
            case .unknown: unhealthy += 1
            case .progressing(let message):
                unhealthy += 1
                note(key, message)
            case .failed(let message):
                unhealthy += 1
                broken += 1
                note(key, message)
            }
        case .waiting(let message), .failed(let message): refuse(key, message)
        case .pending, .none: pending += 1
        }
    }

    mutating func refuse(_ key: ObjectKey, _ message: String) {
        failed += 1
        note(key, message)
    }

    /// The smallest key's message, so that equal states are equal reports.
    private mutating func note(_ key: ObjectKey, _ message: String) {
        guard first.map({ key < $0.key }) ?? true else { return }
        first = (key, message)
    }

    var message: String { first.map { BoundedText.cut("\($0.key): \($0.message)") } ?? "" }

    var state: Report.State {
        if failed > 0 { return .outOfSync }
        if pending > 0 || unhealthy > broken { return .progressing }
        return broken > 0 ? .degraded : .inSync
    }
}

extension ObjectRecord {
    /// Why the object is not as it should be; the lower the rank, the sooner it should be looked at.
    var trouble: (rank: Int, reason: String, message: String)? {
        switch state {
        case .failed(let message): return (0, (obstacle ?? .failed).rawValue, message)
        case .waiting(let message): return (2, (obstacle ?? .notServed).rawValue, message)
        case .pending: return nil
        case .applied: break
        }
        switch health {
        case .failed(let message): return (1, "Unhealthy", message)
        case .progressing(let message): return (3, "Progressing", message)
        case .ready, .unknown: return nil
        }
    }
}
