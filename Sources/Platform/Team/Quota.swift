import JSON

extension TeamBuilder {
    /// What the team may use in all: the team's own figures over the defaults.
    var resourceQuota: Manifest {
        let defaults = ["pods": "50", "services.loadbalancers": "0"]
        let hard = defaults.merging(team.spec.resourceQuota) { _, own in own }
        return manifest(.resourceQuota, "team-quota", ["spec": ["hard": hard.json]])
    }

    /// What a container gets that asks for nothing, so that the quota can count it.
    ///
    /// Kubernetes refuses a default request above the default limit, so a limit of the team's below what is requested by
    /// default is the request too.
    var limitRange: Manifest {
        let limits = team.spec.limitRange?.limits ?? [:]
        let defaults = ["cpu": "100m", "memory": "64Mi"].merging(limits) { request, limit in
            guard let requested = Quantity(request), let limited = Quantity(limit) else { return request }
            return limited < requested ? limit : request
        }
        .filter { ["cpu", "memory"].contains($0.key) }
        let requests = defaults.merging(team.spec.limitRange?.requests ?? [:]) { _, own in own }
        let item = JSONValue.members([
            "type": "Container",
            "defaultRequest": requests,
            "default": limits.isEmpty ? nil : limits,
        ])
        return manifest(.limitRange, "team-limits", ["spec": ["limits": [item]]])
    }
}
