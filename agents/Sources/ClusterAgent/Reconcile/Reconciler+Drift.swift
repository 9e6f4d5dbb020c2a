import Bundles
import Concurrency
package import Kubernetes
import Logging

extension Reconciler {
    /// Reads off the records which kinds are to be watched: those of the objects that are in place.
    func noteWatchedKinds() {
        var kinds: Set<GroupVersionKind> = []
        for (key, record) in records where record.applied != nil {
            kinds.insert(GroupVersionKind(apiVersion: record.apiVersion, kind: key.kind))
        }
        guard kinds != watchedKinds else { return }
        watchedKinds = kinds
        kindsChanged.notify()
    }

    /// A number that rises with every apply; taken before a list, it tells which records the list must know.
    package var moment: UInt64 { applyCount }

    // MARK: - What watches show

    /// Takes up what a watch showed of one object.
    package func observe(_ observed: ObservedObject) {
        guard !inFlight.contains(observed.key) else {
            seenInFlight[observed.key] = .live(observed)
            return
        }
        guard let record = records[observed.key], record.state == .applied else { return }
        compare(observed, with: record)
    }

    /// Takes up that an object was deleted, or lost our label.
    package func observeDeletion(of key: ObjectKey, uid: String) {
        guard !inFlight.contains(key) else {
            seenInFlight[key] = .gone(uid: uid)
            return
        }
        guard let record = records[key], record.applied != nil else { return }
        guard uid.isEmpty || record.uid.isEmpty || record.uid == uid || drifted[key] != nil else { return }
        missed(key)
    }

    /// Takes up everything of one kind that carries our label: what is missing was deleted behind our back.
    package func observe(all observed: [ObservedObject], of kind: GroupVersionKind, since moment: UInt64) {
        let present = Set(observed.map(\.key))
        for object in observed {
            if let record = records[object.key], record.state == .applied, record.appliedAt <= moment,
                !inFlight.contains(object.key), DriftVerdict.isOlder(object, than: record)
            {
                // The list came after our write and does not have it: the cluster was restored from a backup.
                noteDrift(of: object.key, .changed, object)
            } else {
                observe(object)
            }
        }
        for (key, record) in records
        where key.kind == kind.kind && record.apiVersion == kind.apiVersion && record.state == .applied {
            guard !present.contains(key), !inFlight.contains(key), record.appliedAt <= moment else { continue }
            missed(key)
        }
    }

    /// Takes up what a watch showed of an object while its apply, which is now entered, was under way.
    func take(_ sighting: Sighting, of key: ObjectKey) {
        switch sighting {
        case .live(let observed): observe(observed)
        // The watch may tell of what was there before; only the object that we have just written is missed.
        case .gone(let uid):
            guard uid == records[key]?.uid else { return }
            observeDeletion(of: key, uid: uid)
        }
    }

    /// Takes up that the definition `name` came, went or changed: what waits for it is tried again soon.
    package func definitionChanged(_ name: String) {
        let group = name.firstIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
        let isAwaited = records.contains { key, record in
            guard case .waiting = record.state else { return false }
            return key.group == group
        }
        guard isAwaited else { return }
        cluster.client.discovery.invalidate(group: group)
        work.notify()
    }

    private func missed(_ key: ObjectKey) {
        guard desired.objects[key]?.comesBack ?? true else { return noteDeparture(of: key) }
        noteDrift(of: key, .deleted)
    }

    /// Takes up that an object is gone for good: whatever it came to, nobody waits for it.
    private func noteDeparture(of key: ObjectKey) {
        health.forget(key)
        guard let record = records[key], record.health != .ready else { return }
        records[key]?.health = .ready
        touchedRecords = true
        news.notify()
    }

    private func compare(_ observed: ObservedObject, with record: ObjectRecord) {
        var record = record
        // A record from before this process may be newer than a cluster that was restored: its version proves nothing
        // then. That no field was taken and that nobody applied in our name does: values change in no other way.
        if record.appliedAt == 0, observed.resourceVersion != record.resourceVersion { record.resourceVersion = "" }
        switch DriftVerdict(observed, against: record) {
        case .untouched: return
        case .touched:
            records[observed.key]?.resourceVersion = observed.resourceVersion
            touchedRecords = true
            if drifted.removeValue(forKey: observed.key) != nil { news.notify() }
            queueHealth(observed.key)
        case .drifted:
            // An object on its way out comes back by itself: the next event is its deletion.
            guard !observed.isBeingDeleted else { return }
            noteDrift(of: observed.key, observed.uid == record.uid ? .changed : .replaced, observed)
        }
    }

    // MARK: - What is done about it

    /// How many drifted objects one pass takes up, so that a storm of them never holds back a new bundle for long.
    static let driftBatch = 250
    /// Of how many drifted objects it is told who took what.
    private static let explained = 128

    private func noteDrift(of key: ObjectKey, _ cause: DriftedObject.Cause, _ observed: ObservedObject? = nil) {
        guard desired.objects[key] != nil else { return }
        let known = drifted[key]
        let version = observed?.resourceVersion ?? ""
        guard known?.cause != cause || known?.resourceVersion != version else { return }
        driftCount += 1
        let isExplained = drifted.count < Self.explained
        drifted[key] = DriftedObject(
            cause: cause,
            number: known?.number ?? driftCount,
            since: known?.since ?? environment.now(),
            resourceVersion: version,
            managedFields: isExplained ? observed?.managedFields : nil
        )
        let mode = driftMode(of: key)
        if known == nil {
            logger.notice(
                "An object drifted",
                metadata: ["object": "\(key)", "was": "\(cause.rawValue)", "mode": "\(mode.rawValue)"]
            )
        }
        guard mode != .off else { return }
        work.notify()
        news.notify()
    }

    /// Makes the drifted objects due that are to be restored, the longest drifted first.
    func takeUpDrift(_ target: DesiredState) async {
        corrected = [:]
        for key in fights.advance(to: environment.now()) where driftMode(of: key) == .enforce {
            drifted[key] = nil
            makeDue(key)
        }
        let due = drifted.filter { driftMode(of: $0.key) == .enforce && !fights.isLeftAlone($0.key) }
        let batch = due.sorted { $0.value.number < $1.value.number }.prefix(Self.driftBatch)
        if due.count > batch.count { work.notify() }
        for (key, seen) in batch {
            let lost = await lostFields(of: key, seen, target)
            // While the layer was read, the watch may have shown it as it should be.
            guard drifted[key] != nil, let object = target.objects[key], object == desired.objects[key] else {
                continue
            }
            correct(key, seen.cause, lost)
        }
    }

    private func correct(_ key: ObjectKey, _ cause: DriftedObject.Cause, _ lost: [KubernetesError.FieldConflict]) {
        let now = environment.now()
        for conflict in lost { begin(fights.note(key, conflict.field, by: conflict.manager, at: now), over: key) }
        corrected[key] = Set(lost.map(\.field))
        if cause != .changed {
            begin(fights.note(key, "", by: "another party", at: now), over: key)
            guard !fights.isLeftAlone(key) else { return }
        }
        drifted[key] = nil
        drift.note(key, cause.rawValue, at: now)
        makeDue(key)
    }

    /// Sends the object again in this pass or the next.
    private func makeDue(_ key: ObjectKey) {
        records[key]?.state = .pending
        records[key]?.applied = nil
        touchedRecords = true
    }

    /// Which declared fields somebody else has, as far as the watch has told.
    private func lostFields(
        of key: ObjectKey,
        _ seen: DriftedObject,
        _ target: DesiredState
    ) async -> [KubernetesError.FieldConflict] {
        guard let managedFields = seen.managedFields, let body = await body(of: key, target) else { return [] }
        return LostFields.find(in: body, managedFields, of: ClusterAPI.fieldManager)
    }
}
