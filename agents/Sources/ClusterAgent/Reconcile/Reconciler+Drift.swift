import Concurrency
import Logging
package import Kubernetes

extension Reconciler {
    /// The kinds of the objects that are in place.
    package var watchedKinds: Set<GroupVersionKind> {
        var kinds: Set<GroupVersionKind> = []
        for (key, record) in records where record.applied != nil {
            kinds.insert(GroupVersionKind(apiVersion: record.apiVersion, kind: key.kind))
        }
        return kinds
    }

    /// Takes up what a watch showed of one object.
    package func observe(_ observed: ObservedObject) {
        guard !inFlight.contains(observed.key) else {
            seenInFlight[observed.key] = observed
            return
        }
        guard let record = records[observed.key], record.state == .applied else { return }
        compare(observed, with: record)
    }

    /// Takes up that an object was deleted.
    package func observeDeletion(of key: ObjectKey, uid: String) {
        guard !inFlight.contains(key), let record = records[key], record.applied != nil else { return }
        guard uid.isEmpty || record.uid.isEmpty || record.uid == uid else { return }
        bringBack(key)
    }

    /// Takes up everything of one kind that carries our label: what is missing was deleted behind our back.
    package func observe(all observed: [ObservedObject], of kind: GroupVersionKind, since moment: UInt64) {
        let present = Set(observed.map(\.key))
        for object in observed { observe(object) }
        for (key, record) in records
        where key.kind == kind.kind && record.apiVersion == kind.apiVersion && record.state == .applied {
            guard !present.contains(key), !inFlight.contains(key), record.appliedAt <= moment else { continue }
            bringBack(key)
        }
    }

    /// Restores a deleted object, unless it was meant to go.
    private func bringBack(_ key: ObjectKey) {
        guard desired.objects[key]?.comesBack ?? true else {
            records[key]?.health = .ready
            return
        }
        restore(key, "deleted")
    }

    /// A number that rises with every apply; taken before a list, it tells which records the list must know.
    package var moment: UInt64 { applyCount }

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

    func compare(_ observed: ObservedObject, with record: ObjectRecord) {
        var record = record
        // A record from before this process may be newer than a cluster that was restored: its version proves nothing
        // then. That no field was taken and that nobody applied in our name does: values change in no other way.
        if record.appliedAt == 0, observed.resourceVersion != record.resourceVersion { record.resourceVersion = "" }
        switch DriftVerdict(observed, against: record) {
        case .untouched: return
        case .touched:
            records[observed.key]?.resourceVersion = observed.resourceVersion
            touchedRecords = true
            queueHealth(observed.key)
        case .drifted:
            // An object on its way out comes back by itself: the next event is its deletion.
            guard !observed.isBeingDeleted else { return }
            restore(observed.key, observed.uid == record.uid ? "changed" : "replaced")
        }
    }

    private func restore(_ key: ObjectKey, _ reason: String) {
        guard desired.objects[key] != nil else { return }
        records[key]?.state = .pending
        records[key]?.applied = nil
        drift.note(key, reason, at: environment.now())
        logger.notice("An object drifted and is restored", metadata: ["object": "\(key)", "reason": "\(reason)"])
        touchedRecords = true
        work.notify()
    }
}
