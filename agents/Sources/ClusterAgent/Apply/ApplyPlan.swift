package import Kubernetes

/// Which objects must be sent to the API server, in which order.
///
/// Pure: the desired objects and the records in, the stages out. An object whose bytes were applied and that nobody
/// touched since is in no stage, so an unchanged bundle costs no request.
package struct ApplyPlan: Hashable, Sendable {
    /// Objects that may be sent at once; the next stage begins when this one is through.
    package struct Stage: Hashable, Sendable {
        /// What the stage is called in logs, for example `foundation` or `wave 3`.
        package let name: String
        package let objects: [DesiredObject]

        /// Whether the definitions of this stage must be established before the next one.
        package var definesKinds: Bool { objects.contains(where: \.isDefinition) }
    }

    package let stages: [Stage]

    /// Plans what `desired` needs on top of what `records` says is in place.
    package init(desired: some Sequence<DesiredObject>, records: [ObjectKey: ObjectRecord]) {
        var namespaces: [DesiredObject] = []
        var waves: [Int: [DesiredObject]] = [:]
        for object in desired where Self.isDue(object, records[object.key]) {
            if object.isFoundation {
                namespaces.append(object)
            } else {
                waves[object.wave, default: []].append(object)
            }
        }
        var stages: [Stage] = []
        if !namespaces.isEmpty { stages.append(Stage(name: "foundation", objects: Self.sorted(namespaces))) }
        for (wave, objects) in waves.sorted(by: { $0.key < $1.key }) {
            stages.append(Stage(name: "wave \(wave)", objects: Self.sorted(objects)))
        }
        self.stages = stages
    }

    package var isEmpty: Bool { stages.isEmpty }

    package var count: Int { stages.reduce(0) { $0 + $1.objects.count } }

    /// What others lean on goes ahead within a stage, and what changes how others are admitted goes last.
    private static func sorted(_ objects: [DesiredObject]) -> [DesiredObject] {
        objects.map { (rank: ApplyOrder($0.key).rank, object: $0) }
            .sorted { ($0.rank, $0.object.key) < ($1.rank, $1.object.key) }
            .map(\.object)
    }

    private static func isDue(_ object: DesiredObject, _ record: ObjectRecord?) -> Bool {
        guard let record else { return true }
        return record.state != .applied || record.applied != object.fingerprint
            || record.apiVersion != object.apiVersion
    }
}
