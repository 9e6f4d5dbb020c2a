import JSON

extension TeamBuilder {
    /// What the team may use in all: the team's own figures over the defaults.
    var resourceQuota: Manifest {
        let defaults = ["pods": "50", "services.loadbalancers": "0"]
        let hard = defaults.merging(team.spec.resourceQuota) { _, own in own }
        return manifest(.resourceQuota, "team-quota", ["spec": ["hard": hard.json]])
    }

    /// What a container gets that asks for nothing, so that the quota can count it.
    var limitRange: Manifest {
        let requests = ["cpu": "100m", "memory": "64Mi"]
            .merging(team.spec.limitRange?.requests ?? [:]) { _, own in own }
        let limits = team.spec.limitRange?.limits ?? [:]
        let item = JSONValue.members([
            "type": "Container",
            "defaultRequest": requests,
            "default": limits.isEmpty ? nil : limits,
        ])
        return manifest(.limitRange, "team-limits", ["spec": ["limits": [item]]])
    }
}
