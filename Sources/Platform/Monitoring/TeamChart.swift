import JSON

/// A chart of the catalogue that teams have releases of their own of.
enum TeamChart: String {
    case grafana
    case relay = "prometheus-msteams"

    /// `nil` in a build without a catalogue.
    var chart: CatalogueEntry.Chart? { Catalogue.embedded[rawValue]?.chart }
}

extension TeamBuilder {
    /// The charts that the team has a release of; the sources of them are for all teams together.
    var charts: [CatalogueEntry.Chart] {
        guard isMonitored else { return [] }
        return (usesRelay ? [.grafana, .relay] : [TeamChart.grafana]).compactMap(\.chart)
    }

    /// The release of a chart into the team's namespace.
    ///
    /// It lies with Flux, which looks nowhere else and acts as an administrator: a team that could write releases could
    /// install whatever it liked.
    ///
    /// Helm calls the release `name`, and so is the Service called that it makes. Everybody may read `values`; with
    /// `hasSecret`, the Secret of the release's name has more to merge last.
    func release(_ chart: TeamChart, as name: String, values: JSONValue, hasSecret: Bool = false) -> Manifest? {
        guard let source = chart.chart else { return nil }
        let secret: JSONValue = [
            "kind": "Secret", "name": .string(releaseName(of: chart)), "valuesKey": .string(HelmReleases.valuesKey),
        ]
        var spec = JSONValue.members([
            "interval": HelmReleases.interval,
            "releaseName": name,
            "targetNamespace": team.namespace,
            "storageNamespace": team.namespace,
            "install": ["remediation": ["retries": HelmReleases.retries]] as JSONValue,
            "upgrade": ["remediation": ["retries": HelmReleases.retries]] as JSONValue,
            "values": values,
            "valuesFrom": hasSecret ? [secret] : nil,
        ])
        for (key, value) in source.reference { spec[key] = value }
        return Manifest(
            .helmRelease,
            releaseName(of: chart),
            in: PlatformNamespaces.flux,
            labels: team.labels,
            ["spec": spec]
        )
    }

    /// The Secret with values that no one may read, for a release with `hasSecret`.
    func releaseSecret(of chart: TeamChart, _ values: JSONValue) -> Manifest {
        Manifest(
            .secret,
            releaseName(of: chart),
            in: PlatformNamespaces.flux,
            labels: team.labels.merging(HelmReleases.watchLabel) { own, _ in own },
            ["data": [HelmReleases.valuesKey: .string(Base64.encode(values.serialized()))]]
        )
    }

    /// A name with a dot, which no app has; Flux labels with it what it installs, so it is no longer than a label.
    private func releaseName(of chart: TeamChart) -> String {
        let name = "\(team.namespace).\(chart.rawValue)"
        guard name.utf8.count > ObjectName.maximumLabelBytes else { return name }
        return "team-\(Fingerprint(team.name).hex).\(chart.rawValue)"
    }
}
