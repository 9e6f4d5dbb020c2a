import ClusterSimulator
import JSON
import KubernetesTestSupport
import Testing

/// The servers that the conformance suite runs against.
enum TestServer: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case simulated, real

    static var all: [TestServer] { TestCluster.hasReal ? allCases : [.simulated] }

    var testDescription: String { rawValue }

    private static let shared = Task<TestCluster, any Error> {
        // The real server has no controllers beside it, and is of version 1.20.
        try await TestCluster.simulated(ClusterConfiguration(minorVersion: 20, behaviour: .bare))
    }

    func cluster() async throws -> TestCluster {
        switch self {
        case .simulated:
            // Asking says loudly when there is no real server.
            _ = try await TestCluster.real()
            return try await Self.shared.value
        case .real: return try #require(try await TestCluster.real())
        }
    }
}

extension TestCluster.Answer {
    /// `reason` of a Status.
    var reason: String? { json["reason"]?.stringValue }

    /// The entry of one manager in `metadata.managedFields`.
    func owner(_ manager: String, _ operation: String) -> JSONValue? {
        json["metadata"]?["managedFields"]?.arrayValue?.first {
            $0["manager"]?.stringValue == manager && $0["operation"]?.stringValue == operation
        }
    }
}

/// Objects that several suites use.
enum Sample {
    static func configMap(_ name: String, _ data: [String: String], labels: [String: String] = [:]) -> JSONValue {
        var metadata: JSONValue = ["name": .string(name)]
        if !labels.isEmpty { metadata["labels"] = labels.json }
        return ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data.json]
    }

    static func deployment(_ name: String, containers: [JSONValue], replicas: Int64? = nil) -> JSONValue {
        var spec: JSONValue = [
            "selector": ["matchLabels": ["app": .string(name)]],
            "template": [
                "metadata": ["labels": ["app": .string(name)]], "spec": ["containers": .array(containers)],
            ],
        ]
        if let replicas { spec["replicas"] = .integer(replicas) }
        return [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)], "spec": spec,
        ]
    }

    /// A definition whose objects hold a list by key, a set, an atomic list and a default.
    static func definition(group: String) -> JSONValue {
        [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "widgets.\(group)"],
            "spec": [
                "group": .string(group), "scope": "Namespaced",
                "names": ["kind": "Widget", "plural": "widgets", "singular": "widget", "shortNames": ["wd"]],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                        "additionalPrinterColumns": [["name": "Size", "type": "integer", "jsonPath": ".spec.size"]],
                        "schema": ["openAPIV3Schema": schema],
                    ]
                ],
            ],
        ]
    }

    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "spec": [
                "type": "object", "required": ["size"],
                "properties": [
                    "size": ["type": "integer"],
                    "colour": ["type": "string", "default": "red", "enum": ["red", "blue"]],
                    "tags": ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]],
                    "plain": ["type": "array", "items": ["type": "string"]],
                    "parts": [
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"],
                        "items": [
                            "type": "object", "required": ["id"],
                            "properties": ["id": ["type": "string"], "weight": ["type": "integer"]],
                        ],
                    ],
                ],
            ],
            "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
        ],
    ]
}
