package import JSON
package import Values

/// Clusters to which the same happens, and what that is.
package struct PlanGroup: Hashable, Sendable {
    /// Their names, sorted.
    package var clusters: [String]
    /// On each of them.
    package var counts: Plan.Counts
    /// By namespace, kind and name.
    package var objects: [PlannedObject]
    package var dangers: [PlanDanger]
    /// What the change does wrong there, and what is worth saying about it.
    package var faults: [Fault]
    /// Whether the faults keep these clusters as they are.
    package var blocked: Bool

    package init(
        clusters: [String],
        counts: Plan.Counts = Plan.Counts(),
        objects: [PlannedObject] = [],
        dangers: [PlanDanger] = [],
        faults: [Fault] = [],
        blocked: Bool = false
    ) {
        self.clusters = clusters
        self.counts = counts
        self.objects = objects
        self.dangers = dangers
        self.faults = faults
        self.blocked = blocked
    }
}

extension PlanGroup: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            clusters: try json.required("clusters"),
            counts: try json.required("counts"),
            objects: try json.optional("objects") ?? [],
            dangers: try json.optional("dangers") ?? [],
            faults: try json.optional("faults") ?? [],
            blocked: try json.optional("blocked") ?? false
        )
    }

    package var json: JSONValue {
        .members([
            "clusters": clusters, "counts": counts, "objects": objects, "dangers": dangers, "faults": faults,
            "blocked": blocked,
        ])
    }
}
