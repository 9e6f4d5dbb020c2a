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

extension AppsBuilder {
    /// The sources of the charts; several apps of one repository share it.
    var chartSources: [Manifest] {
        var sources: [String: ChartSource] = [:]
        for chart in set.enabled.compactMap(\.chart) {
            let source = ChartSource(chart)
            sources[source.name] = source
        }
        return sources.values.map { source in
            Manifest(source.kind, source.name, in: PlatformNamespaces.flux, ["spec": source.spec])
        }
    }
}
