import JSON

/// What a cluster says about the kinds that it serves.
struct Discovery {
    let registry: ResourceRegistry

    private static let verbs: JSONValue = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    static let coreVersions: JSONValue = [
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
    ]

    var groups: JSONValue {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(
                registry.groups.map { group in
                    var json = Self.group(group.name, group.versions)
                    json["kind"] = nil
                    json["apiVersion"] = nil
                    return json
                }
            ),
        ]
    }

    /// One group; `nil` when it is not served.
    func group(_ name: String) -> JSONValue? {
        registry.groups.first { $0.name == name }.map { Self.group($0.name, $0.versions) }
    }

    private static func group(_ name: String, _ versions: [String]) -> JSONValue {
        let entries = versions.map { version -> JSONValue in
            ["groupVersion": "\(name)/\(version)", "version": .string(version)]
        }
        return [
            "kind": "APIGroup", "apiVersion": "v1", "name": .string(name), "versions": .array(entries),
            "preferredVersion": entries.first ?? [:],
        ]
    }

    /// The resources of a group's version; `nil` when it is not served.
    func resources(group: String, version: String) -> JSONValue? {
        let types = registry.types(group: group, version: version)
        guard !types.isEmpty else { return nil }
        var resources: [JSONValue] = []
        for type in types {
            resources.append(Self.resource(type))
            var subresources = type.version(version)?.hasStatus == true ? ["status"] : []
            if type.key == ClusterState.namespaces { subresources.append("finalize") }
            if type.hasScale {
                resources.append([
                    "name": "\(type.plural)/scale", "singularName": "", "namespaced": true, "group": "autoscaling",
                    "version": "v1", "kind": "Scale", "verbs": ["get", "patch", "update"],
                ])
            }
            for name in subresources {
                resources.append([
                    "name": "\(type.plural)/\(name)", "singularName": "", "namespaced": .bool(type.isNamespaced),
                    "kind": .string(type.kind), "verbs": ["get", "patch", "update"],
                ])
            }
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(resources),
        ]
    }

    private static func resource(_ type: ResourceType) -> JSONValue {
        var json: JSONValue = [
            "name": .string(type.plural), "singularName": .string(type.singular),
            "namespaced": .bool(type.isNamespaced), "kind": .string(type.kind), "verbs": verbs,
        ]
        if !type.shortNames.isEmpty { json["shortNames"] = .array(type.shortNames.map(JSONValue.string)) }
        if !type.categories.isEmpty { json["categories"] = .array(type.categories.map(JSONValue.string)) }
        return json
    }

    // MARK: - OpenAPI

    /// The index of `/openapi/v3`.
    var openAPIIndex: JSONValue {
        var paths: [String: JSONValue] = ["api/v1": ["serverRelativeURL": "/openapi/v3/api/v1"]]
        for group in registry.groups {
            for version in group.versions {
                let path = "apis/\(group.name)/\(version)"
                paths[path] = ["serverRelativeURL": "/openapi/v3/\(path)"]
            }
        }
        return ["paths": .object(paths)]
    }

    /// The document of one group's version: just enough for `kubectl` to see that the server validates fields itself.
    func openAPI(group: String, version: String) -> JSONValue? {
        let types = registry.types(group: group, version: version)
        guard !types.isEmpty else { return nil }
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        var paths: [String: JSONValue] = [:]
        for type in types {
            let place = type.isNamespaced ? "\(root)/namespaces/{namespace}/\(type.plural)" : "\(root)/\(type.plural)"
            paths["\(place)/{name}"] = [
                "patch": [
                    "operationId": .string("patch\(type.kind)"),
                    "parameters": .array(
                        ["dryRun", "fieldManager", "fieldValidation", "force"].map { name in
                            ["name": .string(name), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
                        }
                    ),
                    "responses": ["200": ["description": "OK"]],
                    "x-kubernetes-action": "patch",
                    "x-kubernetes-group-version-kind": [
                        "group": .string(group), "version": .string(version), "kind": .string(type.kind),
                    ],
                ]
            ]
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "simulated"], "paths": .object(paths),
            "components": ["schemas": [:]],
        ]
    }

    /// `/openapi/v2` without any path, in the two forms that clients ask for.
    static func openAPI2(accept: String) -> APIResponse {
        if accept.contains("protobuf") {
            // openapi.v2.Document: swagger = 1, info = 2 { title = 1, version = 2 }, paths = 8.
            let bytes: [UInt8] =
                [0x0A, 3] + Array("2.0".utf8) + [0x12, 17, 0x0A, 10] + Array("Kubernetes".utf8) + [0x12, 3]
                + Array("sim".utf8) + [0x42, 0]
            return APIResponse(
                contentType: "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
                body: .bytes(bytes)
            )
        }
        return APIResponse(
            json: ["swagger": "2.0", "info": ["title": "Kubernetes", "version": "simulated"], "paths": [:]]
        )
    }
}
