extension TeamBuilder {
    /// The ways to the web interfaces of the team's monitoring, for its members and those who manage all teams.
    var monitoringRoutes: [AppRoute] {
        guard isMonitored, let host = monitoringHost else { return [] }
        var routes = [
            route("grafana", to: Self.grafanaName, port: 80, on: host),
            route("prometheus", to: "prometheus-operated", port: 9090, on: host),
        ]
        if hasAlertmanager { routes.append(route("alertmanager", to: "alertmanager-operated", port: 9093, on: host)) }
        return routes
    }

    /// The address of one of the team's web interfaces; `nil` on a cluster without a domain.
    func monitoringURL(_ name: String) -> String? {
        monitoringHost.map { "https://\($0)/\(name)" }
    }

    private var monitoringHost: String? {
        cluster.domainSuffix.map { "apps.\(team.namespace).\($0)" }
    }

    private func route(_ name: String, to service: String, port: Int, on host: String) -> AppRoute {
        AppRoute(
            name: "team-\(name)",
            namespace: team.namespace,
            service: service,
            port: port,
            host: host,
            paths: ["/\(name)"],
            groups: ["admin", "team-admin", team.namespace],
            team: team.name
        )
    }
}
