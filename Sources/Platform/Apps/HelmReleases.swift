import JSON

/// What Flux makes of an app with a chart.
enum HelmReleases {
    /// The limit that Helm has for the name of a release.
    static let maximumNameBytes = 53
    static let interval: JSONValue = "10m"
    static let timeout: JSONValue = "20m"
    static let history: JSONValue = 3
    static let retries: JSONValue = 3

    /// The Secret with the values of `app` that no one may read, and the key in it.
    static func valuesName(of app: String) -> String { "\(app)-values" }
    static let valuesKey = "values.yaml"
    /// Flux looks at a release again as soon as a Secret with this label changes.
    static let watchLabel = ["reconcile.fluxcd.io/watch": "Enabled"]
}

extension AppsBuilder {
    /// A release of each app that has a chart.
    var releases: [Manifest] {
        apps.compactMap { app in app.entry.chart.map { release(app, $0) } }
    }

    private func release(_ app: App, _ chart: CatalogueEntry.Chart) -> Manifest {
        let name = app.name
        var spec: [String: JSONValue] = [
            "interval": HelmReleases.interval,
            "releaseName": .string(name),
            "targetNamespace": .string(app.entry.namespace.name),
            "storageNamespace": .string(app.entry.namespace.name),
            "timeout": HelmReleases.timeout,
            "maxHistory": HelmReleases.history,
            "install": ["crds": "CreateReplace", "remediation": ["retries": HelmReleases.retries]],
            "upgrade": [
                "crds": "CreateReplace",
                "cleanupOnFail": true,
                "remediation": ["retries": HelmReleases.retries, "remediateLastFailure": true],
            ],
        ]
        spec.merge(chart.reference) { own, _ in own }
        let needed = releasesNeeded(by: app.entry)
        if !needed.isEmpty { spec["dependsOn"] = .array(needed.map { ["name": .string($0)] }) }
        if app.values != [:] { spec["values"] = app.values }
        if app.secretValues != nil {
            spec["valuesFrom"] = [
                [
                    "kind": "Secret", "name": .string(HelmReleases.valuesName(of: name)),
                    "valuesKey": .string(HelmReleases.valuesKey),
                ]
            ]
        }
        return Manifest(
            .helmRelease,
            name,
            in: PlatformNamespaces.flux,
            labels: [Self.appLabel: app.entry.name],
            ["spec": .object(spec)]
        )
    }

    /// The releases that have to be ready first; through an app without chart, those that it needs.
    private func releasesNeeded(by entry: CatalogueEntry) -> [String] {
        var found: Set<String> = []
        var seen: Set<String> = [entry.name]
        var pending = entry.dependsOn
        while let name = pending.popLast() {
            guard seen.insert(name).inserted, let dependency = set.entries[name] else { continue }
            if dependency.chart == nil || dependency.instances != nil {
                pending += dependency.dependsOn
            } else {
                found.insert(name)
            }
        }
        return found.sorted()
    }

    /// The values that hold secrets, in Secrets that the releases name.
    var valueSecrets: [Manifest] {
        apps.compactMap { app in
            guard let values = app.secretValues, app.entry.chart != nil else { return nil }
            return Manifest(
                .secret,
                HelmReleases.valuesName(of: app.name),
                in: PlatformNamespaces.flux,
                labels: [Self.appLabel: app.entry.name].merging(HelmReleases.watchLabel) { own, _ in own },
                [
                    "type": "Opaque",
                    "data": [HelmReleases.valuesKey: .string(Base64.encode(values.serialized()))],
                ]
            )
        }
    }
}
