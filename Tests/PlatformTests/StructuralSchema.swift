import Foundation
import JSON
import YAML

/// What an API server checks of an object of a custom kind: unknown members, required ones, types, enums.
struct StructuralSchema {
    /// Version → schema.
    private let versions: [String: JSONValue]
    let group: String
    let kind: String

    init(definition: JSONValue) {
        group = definition["spec"]?["group"]?.stringValue ?? ""
        kind = definition["spec"]?["names"]?["kind"]?.stringValue ?? ""
        var versions: [String: JSONValue] = [:]
        for version in definition["spec"]?["versions"]?.arrayValue ?? [] where version["served"] == true {
            guard let name = version["name"]?.stringValue else { continue }
            versions[name] = version["schema"]?["openAPIV3Schema"] ?? .object([:])
        }
        self.versions = versions
    }

    /// Every definition in the folder, by `group/Kind`.
    static func all(in folder: URL) throws -> [String: StructuralSchema] {
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "yaml" } ?? []
        var schemas: [String: StructuralSchema] = [:]
        for file in files {
            let schema = StructuralSchema(definition: try YAML.document(in: Array(Data(contentsOf: file))))
            schemas["\(schema.group)/\(schema.kind)"] = schema
        }
        return schemas
    }

    /// What is wrong with `object`, one line each.
    func faults(in object: JSONValue) -> [String] {
        let version = object["apiVersion"]?.stringValue?.split(separator: "/").last.map(String.init) ?? ""
        guard let schema = versions[version] else { return ["version \(version) of \(kind) is not served"] }
        var faults: [String] = []
        for (key, member) in object.objectValue ?? [:] where !["apiVersion", "kind", "metadata"].contains(key) {
            guard let memberSchema = schema["properties"]?[key] else {
                faults.append("/\(key) is unknown")
                continue
            }
            check(member, memberSchema, at: "/\(key)", &faults)
        }
        return faults
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, at place: String, _ faults: inout [String]) {
        if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) {
            faults.append("\(place): \(value.compactText) is none of \(schema["enum"]?.compactText ?? "")")
        }
        if schema["x-kubernetes-int-or-string"] == true { return }
        switch (schema["type"]?.stringValue, value) {
        case ("object", .object(let members)):
            let isOpen = schema["x-kubernetes-preserve-unknown-fields"] == true
            for key in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where members[key] == nil {
                if schema["properties"]?[key]?["default"] == nil { faults.append("\(place)/\(key) is required") }
            }
            for (key, member) in members {
                if let child = schema["properties"]?[key] ?? schema["additionalProperties"], child.objectValue != nil {
                    check(member, child, at: "\(place)/\(key)", &faults)
                } else if !isOpen {
                    faults.append("\(place)/\(key) is unknown")
                }
            }
        case ("array", .array(let elements)):
            if let least = schema["minItems"]?.integerValue, elements.count < least {
                faults.append("\(place) has too few elements")
            }
            for (index, element) in elements.enumerated() {
                check(element, schema["items"] ?? .object([:]), at: "\(place)/\(index)", &faults)
            }
        case ("string", .string(let text)):
            if let most = schema["maxLength"]?.integerValue, text.count > most { faults.append("\(place) is too long") }
            if let pattern = schema["pattern"]?.stringValue,
                text.range(of: pattern, options: .regularExpression) == nil
            {
                faults.append("\(place): '\(text)' does not match \(pattern)")
            }
        case ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .number), (nil, _): break
        case (let type, _): faults.append("\(place): \(type ?? "") is expected, found \(value.typeName)")
        }
    }
}
