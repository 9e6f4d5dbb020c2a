import JSON

/// The form in which a client asked for objects: whole, metadata only, or as a table.
struct Presentation: Sendable {
    private enum Form: Sendable {
        case whole, metadata, table
    }

    private let type: ResourceType
    private let version: String
    private let form: Form
    private let includesObject: String

    init(_ scope: ClusterState.Scope) {
        type = scope.type
        version = scope.version
        includesObject = scope.request.parameter("includeObject") ?? "Metadata"
        // A client lists what it can read in the order it likes; the first form that is served here wins.
        var form = Form.whole
        for choice in scope.request.accept.split(separator: ",") where choice.contains("json") || choice.contains("*/*")
        {
            if choice.contains("as=Table"), choice.contains("v=v1"), !choice.contains("v1beta1") {
                form = .table
            } else if choice.contains("as=PartialObjectMetadata") {
                form = .metadata
            }
            break
        }
        self.form = form
    }

    private var apiVersion: String { type.apiVersion(version) }

    // MARK: - One object

    func response(_ object: StoredObject, status: Int, now: String) -> APIResponse {
        APIResponse(status: status, body: .bytes(bytes(object, isFirst: true, now: now)))
    }

    private func bytes(_ object: StoredObject, isFirst: Bool, now: String) -> [UInt8] {
        switch form {
        case .whole: object.bytes(apiVersion: apiVersion, kind: type.kind)
        case .metadata: object.partialBytes
        case .table: table([object], revision: object.revision, isFirst: isFirst, now: now).serialized()
        }
    }

    // MARK: - Lists

    func list(
        _ objects: [StoredObject],
        revision: Int64,
        next: String?,
        remaining: Int?,
        now: String
    ) -> APIResponse {
        if form == .table {
            var json = table(objects, revision: revision, isFirst: true, now: now)
            var metadata = json["metadata"] ?? [:]
            if let next { metadata["continue"] = .string(next) }
            if let remaining { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
            json["metadata"] = metadata
            return APIResponse(json: json)
        }
        var metadata: JSONValue = ["resourceVersion": .string(String(revision))]
        if let next { metadata["continue"] = .string(next) }
        if let remaining { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
        let head =
            form == .metadata
            ? ("meta.k8s.io/v1", "PartialObjectMetadataList") : (apiVersion, type.listKind)
        var bytes = Array("{\"apiVersion\":\"\(head.0)\",\"kind\":\"\(head.1)\",\"metadata\":".utf8)
        bytes += metadata.serialized()
        bytes += Array(",\"items\":[".utf8)
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes +=
                form == .metadata
                ? object.partialBytes
                : object.bytes(apiVersion: apiVersion, kind: type.kind, isTyped: type.isCustom)
        }
        bytes += Array("]}".utf8)
        return APIResponse(body: .bytes(bytes))
    }

    // MARK: - Watches

    func event(_ change: ObjectStore.Change, _ object: StoredObject, isFirst: Bool, now: String) -> [UInt8] {
        Array("{\"type\":\"\(change.rawValue)\",\"object\":".utf8) + bytes(object, isFirst: isFirst, now: now)
            + Array("}\n".utf8)
    }

    func bookmark(revision: Int64) -> [UInt8] {
        let metadata: JSONValue = ["resourceVersion": .string(String(revision)), "creationTimestamp": .null]
        let object: JSONValue =
            switch form {
            case .whole: ["apiVersion": .string(apiVersion), "kind": .string(type.kind), "metadata": metadata]
            case .metadata: ["apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": metadata]
            case .table:
                [
                    "apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": metadata, "columnDefinitions": .null,
                    "rows": [],
                ]
            }
        return Self.line(["type": "BOOKMARK", "object": object])
    }

    static func line(_ json: JSONValue) -> [UInt8] {
        var bytes = json.serialized()
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    // MARK: - Tables

    private func table(_ objects: [StoredObject], revision: Int64, isFirst: Bool, now: String) -> JSONValue {
        let columns = PrinterColumns(type, version)
        let rows = objects.map { object -> JSONValue in
            let json = object.json(type, version)
            var row: JSONValue = ["cells": .array(columns.cells(json, now: now))]
            switch includesObject {
            case "None": break
            case "Object": row["object"] = json
            default:
                row["object"] = [
                    "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
                    "metadata": json["metadata"] ?? [:],
                ]
            }
            return row
        }
        return [
            "apiVersion": "meta.k8s.io/v1", "kind": "Table",
            "metadata": ["resourceVersion": .string(String(revision))],
            "columnDefinitions": isFirst ? columns.definitions : .null,
            "rows": .array(rows),
        ]
    }
}
