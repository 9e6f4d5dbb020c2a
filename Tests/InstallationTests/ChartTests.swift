import Foundation
import JSON
import PlatformTestSupport
import Testing
import YAML

@testable import Installation

/// The Helm chart and the hub's manifest are the same objects, whoever installs.
@Suite struct ChartTests {
    private static let folder = SampleValues.root.appending(path: "deploy/charts/otomi-agent")

    private static func file(_ path: String) throws -> String {
        try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }

    private static func values() throws -> JSONValue {
        try YAML.document(in: Array(file("values.yaml").utf8))
    }

    private static func objects(_ values: JSONValue, namespace: String = "otomi-system") throws -> [JSONValue] {
        let context: JSONValue = [
            "Values": values, "Release": ["Service": "otomi", "Namespace": .string(namespace)],
        ]
        return try ["access.yaml", "settings.yaml", "network.yaml", "deployment.yaml"].flatMap { name in
            let text = try ChartTemplate(file("templates/\(name)")).rendered(with: context)
            return try YAML.documents(in: text)
        }
    }

    private static func key(_ object: JSONValue) -> String {
        "\(object["kind"]?.stringValue ?? "?")/\(object["metadata"]?["name"]?.stringValue ?? "?")"
    }

    private func expectSame(_ values: JSONValue, as installation: AgentInstallation, token: String?) throws {
        let chart = try Dictionary(Self.objects(values).map { (Self.key($0), $0) }) { first, _ in first }
        // Helm makes the namespace itself, with --create-namespace.
        let manifest = Dictionary(
            installation.objects(token: token).filter { $0["kind"] != "Namespace" }.map { (Self.key($0), $0) }
        ) { first, _ in first }
        #expect(chart.keys.sorted() == manifest.keys.sorted())
        for (key, object) in manifest { #expect(chart[key] == object, "\(key)") }
    }

    @Test func `the chart's defaults are the hub's manifest, object by object`() throws {
        var values = try Self.values()
        values["hub"]?["url"] = "https://hub.example.com"
        values["token"] = "otomi_0"
        try expectSame(values, as: AgentInstallation(hub: "https://hub.example.com"), token: "otomi_0")
        values["token"] = ""
        try expectSame(values, as: AgentInstallation(hub: "https://hub.example.com"), token: nil)
    }

    @Test func `every option of the chart is the hub's`() throws {
        let installation = AgentInstallation(
            hub: "https://hub.example.com:8443",
            image: "registry.example.com/agent:1",
            authorities: "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n",
            pin: "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            proxy: "http://proxy:3128",
            noProxy: ".internal,10.0.0.0/8",
            persistence: "1Gi"
        )
        let values = try Self.values().merging([
            "hub": [
                "url": .string(installation.hub), "ca": .string(installation.authorities ?? ""),
                "pin": .string(installation.pin ?? ""),
            ],
            "image": .string(installation.image),
            "proxy": ["url": "http://proxy:3128", "noProxy": ".internal,10.0.0.0/8"], "persistence": ["size": "1Gi"],
            "networkPolicy": ["egressPorts": .array(installation.egressPorts.map { .integer(Int64($0)) })],
        ])
        try expectSame(values, as: installation, token: nil)
        let placed = try Self.objects(
            values.merging([
                "nodeSelector": ["pool": "system"], "tolerations": [["operator": "Exists"]],
                "imagePullSecrets": [["name": "registry"]],
            ])
        )
        let pod = placed.last?["spec"]?["template"]?["spec"]
        #expect(pod?["nodeSelector"] == ["pool": "system"] && pod?["tolerations"] == [["operator": "Exists"]])
        #expect(pod?["imagePullSecrets"] == [["name": "registry"]])
    }

    @Test func `the chart refuses another namespace than the one of the inventory`() throws {
        let values = try Self.values()
        #expect(throws: ChartTemplate.Fault.self) { try Self.objects(values, namespace: "default") }
    }

    @Test func `the chart's rules are written from the agent's, with OTOMI_RECORD_GOLDEN`() throws {
        let written = YAML.text(ofDocuments: AgentAccess.objects)
            .replacing("managed-by: otomi", with: "managed-by: {{ .Release.Service }}")
        let text =
            "# Written by the tests from Sources/Installation/AgentAccess.swift: see CONTRIBUTING.md.\n" + written
        if ProcessInfo.processInfo.environment["OTOMI_RECORD_GOLDEN"] != nil {
            try text.write(to: Self.folder.appending(path: "templates/access.yaml"), atomically: true, encoding: .utf8)
        }
        #expect(try Self.file("templates/access.yaml") == text)
    }

    @Test func `the chart's image and version are the program's`() throws {
        #expect(try Self.values()["image"] == .string(AgentInstallation.defaultImage))
        let chart = try YAML.document(in: Array(Self.file("Chart.yaml").utf8))
        #expect(AgentInstallation.defaultImage.hasSuffix(":\(chart["appVersion"]?.stringValue ?? "?")"))
    }

    @Test func `every value has its schema, and the notes can be rendered`() throws {
        let schema = try JSONValue(parsing: Array(Self.file("values.schema.json").utf8))
        func check(_ values: JSONValue, _ schema: JSONValue?, _ path: String) {
            for (key, value) in values.objectValue ?? [:] {
                let own = schema?["properties"]?[key]
                #expect(own != nil, "\(path).\(key)")
                if own?["properties"] != nil { check(value, own, "\(path).\(key)") }
            }
        }
        let values = try Self.values()
        check(values, schema, "values")
        #expect(
            try ChartTemplate(Self.file("templates/NOTES.txt")).rendered(with: ["Values": values]).contains("kubectl")
        )
    }
}
