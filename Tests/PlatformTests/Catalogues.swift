import JSON
import Values

@testable import Platform

/// A catalogue for tests that no change of the real one touches.
enum Catalogues {
    /// A core app, a shared one that needs two others, one that follows from the provider, and one without chart.
    static let entries: [String: JSONValue] = [
        "sample-mesh": [
            "title": "Mesh", "description": "A core app.", "appVersion": "1.0.0", "classes": ["core"],
            "namespace": [
                "name": "sample-mesh", "meshInjection": false, "policyChecks": false, "labels": ["tier": "mesh"],
            ],
            "chart": ["name": "mesh", "version": "1.2.3", "repository": "https://charts.example.org/stable/"],
            "values": ["domain": "${cluster.domainSuffix}"],
        ],
        "sample-registry": [
            "title": "Registry", "description": "A shared app.", "appVersion": "2.4.0",
            "home": "https://registry.example.org", "classes": ["shared", "user-aware", "optional"], "enabled": true,
            "namespace": ["name": "sample-registry"], "dependsOn": ["sample-mesh", "sample-issuers", "sample-store"],
            "chart": [
                "name": "registry", "version": "1.7.0+build.1", "repository": "oci://registry.example.org/charts",
            ],
            "ingress": [
                ["service": "registry-portal", "port": 80, "host": "registry"],
                [
                    "service": "registry-core", "port": 8080, "host": "registry", "paths": ["/v2/"], "auth": false,
                    "groups": ["admin"], "forwardPath": false, "removeRequestHeaders": ["Authorization"],
                    "namespace": "sample-core",
                ],
            ],
            "shortcuts": [["title": "Projects", "path": "/projects"]],
            "values": [
                "url": "https://registry.${cluster.domainSuffix}", "replicas": "${app.replicas}",
                "smtp": "${settings.smtp}",
            ],
            "secretValues": ["password": "${settings.otomi.adminPassword}"],
        ],
        "sample-store": [
            "title": "Store", "description": "Needed by others.", "appVersion": "3.0.0", "classes": ["optional"],
            "enabled": false, "namespace": ["name": "sample-registry", "labels": ["tier": "data"]],
            "chart": ["name": "store", "version": "v3.0.1", "repository": "https://charts.example.org/stable"],
        ],
        "sample-issuers": [
            "title": "Issuers", "description": "An app without chart.", "appVersion": "1", "classes": ["optional"],
            "enabled": ["$if": ["$equals": ["cluster.provider", "aws"]], "$then": true],
            "namespace": ["name": "kube-system"], "dependsOn": ["sample-mesh"],
            "manifests": [
                [
                    "apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": ["name": "issuers", "namespace": "kube-system", "annotations": ["a": "b"]],
                    "data": ["domain": "${cluster.domainSuffix}"],
                ]
            ],
            "definitions": [
                [
                    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                    "metadata": ["name": "issuers.example.org"], "spec": ["group": "example.org"],
                ]
            ],
        ],
    ]

    static var sample: Catalogue { get throws { try Catalogue(entries) } }

    /// The catalogue with one entry changed; `null` removes a member.
    static func changing(_ name: String, _ change: JSONValue) -> [String: JSONValue] {
        entries.merging([name: (entries[name] ?? [:]).merging(change)]) { _, new in new }
    }
}

/// Values that a schema describes, with every member said.
struct SchemaSample {
    static let secret = "THE-SECRET"

    private let definitions: JSONValue

    /// The spec of a document that says all that its schema knows.
    static func spec(_ kind: Kind, _ name: String) -> JSONValue {
        let schema = Schema.of(kind, name: name)
        return SchemaSample(definitions: schema["$defs"] ?? [:]).value(schema, depth: 0)
    }

    private func value(_ schema: JSONValue, depth: Int) -> JSONValue {
        if schema["x-secret"] == true { return .string(Self.secret) }
        guard depth < 12 else { return .null }
        if let name = schema["$ref"]?.stringValue?.split(separator: "/").last {
            return value(definitions[String(name)] ?? [:], depth: depth + 1)
        }
        if let fixed = schema["const"] ?? schema["default"] ?? schema["enum"]?[0] { return fixed }
        var members: [String: JSONValue] = [:]
        for (key, member) in schema["properties"]?.objectValue ?? [:] { members[key] = value(member, depth: depth + 1) }
        for list in ["allOf", "anyOf", "oneOf"] {
            for part in schema[list]?.arrayValue ?? [] {
                members.merge(value(part, depth: depth + 1).objectValue ?? [:]) { first, _ in first }
            }
        }
        if !members.isEmpty { return .object(members) }
        let isList = schema["type"] == nil && schema["items"] != nil
        switch isList ? "array" : schema["type"]?.stringValue ?? schema["type"]?[0]?.stringValue {
        case "boolean": return true
        case "integer", "number": return 1
        case "array": return .array([value(schema["items"] ?? [:], depth: depth + 1)])
        case "object":
            guard let more = schema["additionalProperties"], more.objectValue != nil else { return [:] }
            return ["any": value(more, depth: depth + 1)]
        default: return "text"
        }
    }
}
