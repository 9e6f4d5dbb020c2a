package import JSON
package import Values

/// What a change would do to the fleet: for each set of clusters to which the same happens, every object that changes.
///
/// The form is stable: members may be added, none changes its meaning.
package struct Plan: Hashable, Sendable {
    /// How many objects change, over all clusters.
    package struct Counts: Hashable, Sendable {
        package var added: Int
        package var changed: Int
        /// Deleted and made anew.
        package var replaced: Int
        package var removed: Int

        package init(added: Int = 0, changed: Int = 0, replaced: Int = 0, removed: Int = 0) {
            self.added = added
            self.changed = changed
            self.replaced = replaced
            self.removed = removed
        }

        package var total: Int { added + changed + replaced + removed }
    }

    /// What to ask for again, where agents try it out; `nil` otherwise.
    package var id: String?
    /// The latest revision that the plan was made at.
    package var latest: Int64
    /// The revision that was compared with; `nil` for the one that each cluster should run.
    package var base: Int64?
    /// The revision that is previewed; `nil` for a change that is none yet.
    package var revision: Int64?
    package var counts: Counts
    /// How many clusters were looked at.
    package var clusters: Int
    /// On how many of them something changes.
    package var changedClusters: Int
    package var groups: [PlanGroup]
    /// What is worth saying about the change itself.
    package var faults: [Fault] = []
    /// Whether objects are left out of the groups because there are too many to tell; the counts are exact.
    package var truncated: Bool
    /// What the agents found; `nil` when they were not asked.
    package var trials: [PlanTrial]?

    package init(
        latest: Int64,
        base: Int64? = nil,
        revision: Int64? = nil,
        counts: Counts = Counts(),
        clusters: Int,
        changedClusters: Int = 0,
        groups: [PlanGroup] = [],
        truncated: Bool = false
    ) {
        self.latest = latest
        self.base = base
        self.revision = revision
        self.counts = counts
        self.clusters = clusters
        self.changedClusters = changedClusters
        self.groups = groups
        self.truncated = truncated
    }

    /// Whether something happens that cannot be taken back.
    package var isDangerous: Bool { groups.contains { !$0.dangers.isEmpty } }

    /// Whether some cluster would keep what it has, because of faults.
    package var isBlocked: Bool { groups.contains(where: \.blocked) }
}

extension Plan.Counts: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        self.init(
            added: try json.required("added"),
            changed: try json.required("changed"),
            replaced: try json.required("replaced"),
            removed: try json.required("removed")
        )
    }

    package var json: JSONValue {
        .members(["added": added, "changed": changed, "replaced": replaced, "removed": removed])
    }
}

extension Plan: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        id = try json.optional("id")
        latest = try json.required("latest")
        base = try json.optional("base")
        revision = try json.optional("revision")
        counts = try json.required("counts")
        clusters = try json.required("clusters")
        changedClusters = try json.required("changedClusters")
        groups = try json.required("groups")
        faults = try json.optional("faults") ?? []
        truncated = try json.optional("truncated") ?? false
        trials = try json.optional("trials")
    }

    package var json: JSONValue {
        .members([
            "formatVersion": 1, "id": id, "latest": latest, "base": base, "revision": revision, "counts": counts,
            "clusters": clusters, "changedClusters": changedClusters, "dangerous": isDangerous, "groups": groups,
            "faults": faults, "truncated": truncated, "trials": trials,
        ])
    }
}
