import JSON

/// A chart that runs in the namespace of a team.
struct TeamChart {
    let name: String
    let version: String
    /// The HelmRepository of the platform.
    let repository: String
}

extension TeamBuilder {
    /// The release of a chart in the team's namespace.
    ///
    /// - Parameters:
    ///   - chart: What to install.
    ///   - name: The release, and the name of the Service that it makes.
    ///   - values: What everybody may read.
    ///   - secret: A Secret whose `values.yaml` is merged last.
    /// - Returns: the HelmRelease.
    func release(_ chart: TeamChart, as name: String, values: JSONValue, secret: String? = nil) -> Manifest {
        manifest(
            .helmRelease,
            name,
            [
                "spec": .members([
                    "interval": "1h",
                    "releaseName": name,
                    "chart": [
                        "spec": [
                            "chart": .string(chart.name),
                            "version": .string(chart.version),
                            "sourceRef": [
                                "kind": "HelmRepository",
                                "name": .string(chart.repository),
                                "namespace": "flux-system",
                            ],
                        ]
                    ] as JSONValue,
                    "install": ["remediation": ["retries": 3]] as JSONValue,
                    "upgrade": ["remediation": ["retries": 3]] as JSONValue,
                    "values": values,
                    "valuesFrom": secret.map { [["kind": "Secret", "name": $0, "valuesKey": "values.yaml"]] },
                ])
            ]
        )
    }
}
