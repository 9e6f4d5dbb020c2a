import JSON

/// One version of one object, as bytes: a fleet of simulated clusters in one process holds millions of them.
///
/// `apiVersion` and `kind` are not stored, so that one form serves every version of the resource.
final class StoredObject: Sendable {
    let name: ObjectName
    let uid: String
    let revision: Int64
    let labels: [String: String]
    let ownerUIDs: [String]
    let isTerminating: Bool
    private let metadata: [UInt8]
    /// The members beside `metadata`, without the braces.
    private let rest: [UInt8]

    init(_ object: JSONValue, name: ObjectName, revision: Int64) {
        var members = object.objectValue ?? [:]
        let metadata = members.removeValue(forKey: "metadata") ?? [:]
        members["apiVersion"] = nil
        members["kind"] = nil
        self.name = name
        self.revision = revision
        uid = metadata["uid"]?.stringValue ?? ""
        labels = (metadata["labels"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        ownerUIDs = (metadata["ownerReferences"]?.arrayValue ?? []).compactMap { $0["uid"]?.stringValue }
        isTerminating = metadata["deletionTimestamp"] != nil
        self.metadata = metadata.serialized()
        rest = members.isEmpty ? [] : Array(JSONValue.object(members).serialized().dropFirst().dropLast())
    }

    /// The whole object; `kind` is left out in lists of built-in kinds, as the API server does.
    func bytes(apiVersion: String, kind: String, isTyped: Bool = true) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(metadata.count + rest.count + 64)
        if isTyped {
            result += Array("{\"apiVersion\":\"\(apiVersion)\",\"kind\":\"\(kind)\",\"metadata\":".utf8)
        } else {
            result += Array("{\"metadata\":".utf8)
        }
        result += metadata
        if !rest.isEmpty {
            result.append(UInt8(ascii: ","))
            result += rest
        }
        result.append(UInt8(ascii: "}"))
        return result
    }

    /// The object as `PartialObjectMetadata`.
    var partialBytes: [UInt8] {
        Array("{\"apiVersion\":\"meta.k8s.io/v1\",\"kind\":\"PartialObjectMetadata\",\"metadata\":".utf8) + metadata
            + [UInt8(ascii: "}")]
    }

    /// The whole object as a value.
    func json(apiVersion: String, kind: String) -> JSONValue {
        // The bytes were written by this type; they always parse.
        (try? JSONValue(parsing: bytes(apiVersion: apiVersion, kind: kind))) ?? [:]
    }

    func json(_ type: ResourceType, _ version: String) -> JSONValue {
        json(apiVersion: type.apiVersion(version), kind: type.kind)
    }
}
