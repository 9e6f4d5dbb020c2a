import JSON

/// What a CustomResourceDefinition makes of the API.
enum CustomResources {
    /// The resource that a definition describes; `nil` when a required member is missing.
    static func type(from definition: JSONValue) -> ResourceType? {
        guard let spec = definition["spec"], let group = spec["group"]?.stringValue, let names = spec["names"],
            let kind = names["kind"]?.stringValue, let plural = names["plural"]?.stringValue
        else { return nil }
        let versions = (spec["versions"]?.arrayValue ?? []).filter { $0["served"]?.boolValue == true }.compactMap(
            version
        )
        guard !versions.isEmpty else { return nil }
        return ResourceType(
            group: group,
            kind: kind,
            plural: plural,
            singular: names["singular"]?.stringValue ?? kind.lowercased(),
            shortNames: strings(names["shortNames"]),
            categories: strings(names["categories"]),
            isNamespaced: spec["scope"]?.stringValue != "Cluster",
            versions: versions.sorted { VersionPriority($0.name) > VersionPriority($1.name) },
            hasGeneration: true,
            isCustom: true
        )
    }

    /// The definition with the defaults that the API server fills in.
    static func defaulted(_ definition: JSONValue) -> JSONValue {
        var result = definition
        guard var spec = definition["spec"], var names = spec["names"], let kind = names["kind"]?.stringValue else {
            return result
        }
        if names["singular"] == nil { names["singular"] = .string(kind.lowercased()) }
        if names["listKind"] == nil { names["listKind"] = .string(kind + "List") }
        spec["names"] = names
        if spec["conversion"] == nil { spec["conversion"] = ["strategy": "None"] }
        result["spec"] = spec
        return result
    }

    /// The status of a definition that is accepted and served.
    static func establishedStatus(_ definition: JSONValue, now: String) -> JSONValue {
        let before = definition["status"]?["conditions"]?.arrayValue ?? []
        func condition(_ type: String, _ reason: String, _ message: String) -> JSONValue {
            let known = before.first { $0["type"]?.stringValue == type && $0["status"] == "True" }
            return known ?? [
                "type": .string(type), "status": "True", "reason": .string(reason), "message": .string(message),
                "lastTransitionTime": .string(now),
            ]
        }
        let stored = (definition["spec"]?["versions"]?.arrayValue ?? []).filter { $0["storage"]?.boolValue == true }
            .compactMap { $0["name"] }
        return [
            "conditions": [
                condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            ],
            "acceptedNames": definition["spec"]?["names"] ?? [:],
            "storedVersions": definition["status"]?["storedVersions"] ?? .array(stored),
        ]
    }

    private static func version(_ json: JSONValue) -> ResourceType.Version? {
        guard let name = json["name"]?.stringValue else { return nil }
        return ResourceType.Version(
            name: name,
            schema: json["schema"]?["openAPIV3Schema"],
            hasStatus: json["subresources"]?["status"] != nil,
            columns: (json["additionalPrinterColumns"]?.arrayValue ?? []).compactMap { column in
                guard let name = column["name"]?.stringValue, let path = column["jsonPath"]?.stringValue else {
                    return nil
                }
                return ResourceType.Column(
                    name: name,
                    type: column["type"]?.stringValue ?? "string",
                    path: path,
                    priority: column["priority"]?.integerValue ?? 0
                )
            }
        )
    }

    private static func strings(_ json: JSONValue?) -> [String] {
        json?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
