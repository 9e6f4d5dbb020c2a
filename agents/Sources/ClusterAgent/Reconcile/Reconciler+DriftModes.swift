import AgentProtocol
import Bundles
import Concurrency
import JSON
import Kubernetes
import Logging

extension Reconciler {
    /// What is done about drift on this cluster: its own people's word counts before the hub's, since they know why.
    var clusterDriftMode: Directives.DriftMode { settings?.drift ?? desired.directives.drift }

    /// What is done about drift of one object: its own annotation counts before everything else.
    func driftMode(of key: ObjectKey) -> Directives.DriftMode {
        let policy = desired.objects[key]?.policy ?? []
        if policy.contains(.ignoresDrift) { return .off }
        if policy.contains(.reportsDrift) { return .report }
        return policy.contains(.enforcesDrift) ? .enforce : clusterDriftMode
    }

    /// Forgets the drift and the fights of objects that another bundle changes: they are applied anyhow, or gone.
    func forgetDrift(comparedWith old: DesiredState) {
        let concerned = Set(drifted.keys).union(fights.fights.keys)
        for key in concerned where old.objects[key]?.fingerprint != desired.objects[key]?.fingerprint {
            drifted[key] = nil
            fights.forget(key)
        }
    }

    // MARK: - Only reported

    /// How many objects one pass looks at, so that what is to be restored does not wait for long.
    private static let examinedBatch = 32
    /// How soon a look that told nothing is tried again.
    private static let anotherLook = Duration.seconds(30)

    /// Looks at objects whose drift is only reported: who took what, and whether the values are ours all the same.
    func examineDrift(_ target: DesiredState) async {
        let open = drifted.filter { isToBeExamined($0.key, $0.value) }
        guard !open.isEmpty else { return }
        let batch = open.sorted { $0.value.number < $1.value.number }.prefix(Self.examinedBatch)
        for (key, seen) in batch {
            guard !isHalted, desired.generation == target.generation else { break }
            guard let body = await body(of: key, target) else { continue }
            let lost = LostFields.find(in: body, seen.managedFields, of: ClusterAPI.fieldManager)
            let verdict: Bool? = seen.cause != .deleted ? await cluster.isAsDeclared(body) : false
            guard let isSame = verdict, var found = drifted[key], found.resourceVersion == seen.resourceVersion else {
                continue
            }
            found.finding = isSame ? .same : .differs
            found.takers = Self.text(lost)
            found.managedFields = nil
            drifted[key] = found
        }
        // With layers, or objects, that cannot be read now there is no use in another try at once.
        let isProgress = batch.contains { drifted[$0.key]?.finding != .open }
        if isProgress, open.count > batch.count { work.notify() }
        await layers.release()
        news.notify()
    }

    private func isToBeExamined(_ key: ObjectKey, _ seen: DriftedObject) -> Bool {
        seen.finding == .open && driftMode(of: key) == .report
    }

    /// How long it is until something is to be done about drift although nothing happens; `nil` when nothing is.
    var timeToNextLook: Duration? {
        let isLookDue = drifted.contains { isToBeExamined($0.key, $0.value) }
        return [fights.timeToNext(from: environment.now()), isLookDue ? Self.anotherLook : nil].compactMap(\.self).min()
    }

    /// The declared object, parsed from its layer; `nil` when it cannot be read now.
    func body(of key: ObjectKey, _ target: DesiredState) async -> JSONValue? {
        guard let object = target.objects[key], let layer = target.layer(named: object.layer),
            let content = try? await layers.content(of: layer.reference)
        else { return nil }
        return try? JSONValue(parsing: content[object.range])
    }

    private static func text(_ lost: [KubernetesError.FieldConflict]) -> String {
        BoundedText.cut(lost.map { "\($0.manager) has \($0.field)" }.joined(separator: ", "), to: 256)
    }

    // MARK: - Fights

    /// The fields of `key` that are left to whoever keeps taking them.
    func fieldsLeftAlone(of key: ObjectKey) -> Set<String> { fights.fieldsLeftAlone(of: key) }

    /// Takes up which fields a correction took over from others; what the watch has told already is not counted twice.
    ///
    /// An apply that the bundle brought about corrects nothing.
    func note(takenOver conflicts: [KubernetesError.FieldConflict], of key: ObjectKey) {
        guard let known = corrected[key] else { return }
        for conflict in conflicts where !known.contains(conflict.field) {
            fights.count(key, conflict.field, by: conflict.manager, at: environment.now())
        }
    }

    /// Raises the alarm once for each fight.
    func begin(_ fight: FightLedger.Fight?, over key: ObjectKey) {
        guard let fight else { return }
        logger.error("A fight is given up", metadata: ["object": "\(key)", "reason": "\(Self.text(fight))"])
        news.notify()
    }

    /// Takes everything up again that was fought over: another mode begins anew.
    func forgetFights() {
        for key in fights.fights.keys where drifted[key] == nil {
            driftCount += 1
            drifted[key] = DriftedObject(
                cause: .changed,
                number: driftCount,
                since: environment.now(),
                resourceVersion: ""
            )
        }
        fights = FightLedger()
    }

    private static func text(_ fight: FightLedger.Fight) -> String {
        guard !fight.field.isEmpty else {
            return
                "\(fight.manager) deletes it and \(ClusterAPI.fieldManager) makes it again, \(fight.count) times now; it is "
                + "left alone: find out who deletes it, or take it out of the bundle"
        }
        return
            "\(fight.manager) and \(ClusterAPI.fieldManager) both set \(fight.field), \(fight.count) times now; it is left "
            + "to \(fight.manager): stop that one, or take the field out of the bundle"
    }

    // MARK: - Reports

    /// How much is fought over and how much drifted without being restored, for the counts of a report.
    var driftCounts: [String: Int] {
        [
            "fights": fights.fights.count,
            "drifted": drifted.count { $0.value.isListed && driftMode(of: $0.key) != .off },
        ]
    }

    /// What became of drift, what asks for a person first: fights, then what is left as it is, then what was restored.
    func driftReports() -> [ObjectReport] {
        var reports = fights.all.map { key, fight in ObjectReport(key, "Fight", Self.text(fight)) }
        let left = drifted.filter { $0.value.isListed && driftMode(of: $0.key) != .off && !fights.isLeftAlone($0.key) }
        for (key, seen) in left.sorted(by: { $0.key < $1.key }).prefix(Report.maximumEntries) {
            reports.append(ObjectReport(key, "Drifted", "\(seen.message); \(outlook(of: key))"))
        }
        let room = max(0, Report.maximumEntries - reports.count)
        reports += drift.latest.prefix(room).map { key, entry in
            ObjectReport(
                key,
                "Restored",
                "was \(entry.reason) and restored \(entry.count) times, last at \(entry.last)"
            )
        }
        return reports
    }

    private func outlook(of key: ObjectKey) -> String {
        if driftMode(of: key) == .report { return "left as it is, drift is only reported here" }
        return hold == nil ? "it is being restored" : "it is restored when the hold is lifted"
    }
}

extension ObjectReport {
    init(_ key: ObjectKey, _ reason: String, _ message: String) {
        self.init(
            group: key.group,
            kind: key.kind,
            namespace: key.namespace,
            name: key.name,
            reason: reason,
            message: message
        )
    }
}
