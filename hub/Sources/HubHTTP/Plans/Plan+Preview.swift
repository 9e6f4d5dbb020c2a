import HubAPI
import HubPublisher
import JSON
import Values

extension Plan {
    /// The wire form of a plan; `shown` turns faults into what the caller may read of them.
    init(_ plan: FleetPlan, latest: Int64, shown: ([Fault]) -> [Fault]) {
        self.init(
            latest: latest,
            counts: Counts(plan.counts),
            clusters: plan.clusterCount,
            changedClusters: plan.changedClusterCount,
            groups: plan.groups.map { group in
                PlanGroup(
                    clusters: group.clusters,
                    counts: Counts(group.counts),
                    objects: group.changes.map(PlannedObject.init),
                    dangers: group.dangers.map(PlanDanger.init),
                    faults: Set(shown(group.faults)).sorted(),
                    blocked: group.isBlocked
                )
            },
            truncated: plan.isTruncated
        )
    }
}

extension Plan.Counts {
    init(_ counts: FleetPlan.Counts) {
        self.init(
            added: counts.added,
            changed: counts.changed,
            replaced: counts.replaced,
            removed: counts.removed
        )
    }
}

extension PlannedObject {
    init(_ change: ObjectChange) {
        let action: Action =
            switch change.action {
            case .added: .added
            case .changed: .changed
            case .replaced: .replaced
            case .removed: .removed
            }
        self.init(
            action,
            apiVersion: change.apiVersion,
            kind: change.object.kind,
            namespace: change.object.namespace,
            name: change.object.name,
            layer: change.layer,
            fields: change.fields,
            object: change.body,
            stays: change.staysOnCluster
        )
    }
}

extension PlanDanger {
    init(_ danger: PreviewDanger) {
        self.init(
            kind: danger.kind.rawValue,
            object: danger.object.map { object in
                "\(object.kind) \(object.namespace.map { "\($0)/" } ?? "")\(object.name)"
            },
            message: danger.message
        )
    }
}

extension Problem {
    /// Why there is no plan.
    init(_ refusal: FleetPreview.Refusal) {
        switch refusal {
        case .busy:
            self.init(
                .unavailable,
                detail: "Other plans stand in line already.",
                hint: "Try again in a moment."
            )
        case .tooLong(let limit):
            self.init(
                .unavailable,
                detail: "The plan takes longer than \(limit.components.seconds) s.",
                hint: "Plan for fewer clusters: --cluster NAME, --selector KEY=VALUE"
            )
        }
    }
}
