import JSON

/// Where Flux finds a chart: one object for each repository, or for each chart and version in a registry.
struct ChartSource {
    let name: String
    let kind: ObjectKind
    let spec: JSONValue

    private static let interval: JSONValue = "1h"
    /// How much of an address a name shows.
    private static let maximumAddressBytes = 40

    init(_ chart: CatalogueEntry.Chart) {
        var address = chart.repository
        while address.hasSuffix("/") { address.removeLast() }
        if chart.isOCI {
            let url = "\(address)/\(chart.name)"
            kind = .ociRepository
            name = Self.name(chart.name, Fingerprint("\(url)@\(chart.version)"))
            spec = [
                "interval": Self.interval,
                "url": .string(url),
                // A tag has no '+'; Helm pushes an underscore in its place.
                "ref": ["tag": .string(String(chart.version.map { $0 == "+" ? "_" : $0 }))],
                "layerSelector": [
                    "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "operation": "copy",
                ],
            ]
        } else {
            kind = .helmRepository
            name = Self.name(String(address.dropFirst("https://".count)), Fingerprint(address))
            spec = ["interval": Self.interval, "url": .string(address)]
        }
    }

    /// A name that shows the address and is no other's.
    private static func name(_ address: String, _ fingerprint: Fingerprint) -> String {
        let readable = address.lowercased().utf8.prefix(maximumAddressBytes).map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "-")
            }
        }
        return "chart-\(String(decoding: readable, as: UTF8.self))-\(fingerprint.shortHex)"
    }
}

extension CatalogueEntry.Chart {
    /// What the spec of a release says of where its chart is.
    var reference: [String: JSONValue] {
        let source = ChartSource(self)
        guard !isOCI else { return ["chartRef": ["kind": "OCIRepository", "name": .string(source.name)]] }
        return [
            "chart": [
                "spec": [
                    "chart": .string(name),
                    "version": .string(version),
                    "sourceRef": ["kind": "HelmRepository", "name": .string(source.name)],
                ]
            ]
        ]
    }
}

extension AppsBuilder {
    /// The sources of the apps' charts.
    var chartSources: [Manifest] { Self.sources(of: set.enabled.compactMap(\.chart)) }

    /// The sources that teams' releases need and no app of the platform has.
    func chartSources(ofTeams charts: Set<CatalogueEntry.Chart>) -> [Manifest] {
        let known = Set(groundwork().map(\.name))
        return Self.sources(of: charts).filter { !known.contains($0.name) }
    }

    /// Several charts of one repository share its source.
    private static func sources(of charts: some Sequence<CatalogueEntry.Chart>) -> [Manifest] {
        var sources: [String: ChartSource] = [:]
        for chart in charts {
            let source = ChartSource(chart)
            sources[source.name] = source
        }
        return sources.values.map { source in
            Manifest(source.kind, source.name, in: PlatformNamespaces.flux, ["spec": source.spec])
        }
    }
}
