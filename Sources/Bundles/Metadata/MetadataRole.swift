package import JSON

/// The four top-level roles of TUF.
package enum MetadataRole: String, CaseIterable, Sendable, Hashable {
    case root, targets, snapshot, timestamp

    /// The name under which other metadata lists this role's file.
    package var fileName: String { "\(rawValue).json" }

    /// The name with its version before it, as consistent snapshots serve it; a timestamp has none.
    package func fileName(version: Int64) -> String {
        self == .timestamp ? fileName : "\(version).\(fileName)"
    }
}

/// What the signed part of every role has in common.
package protocol RoleMetadata: JSONRepresentable, Hashable, Sendable {
    static var role: MetadataRole { get }

    var version: Int64 { get }

    /// When it stops being trusted, in seconds since 1970.
    var expires: Int64 { get }
}

/// The fields that every role begins with.
enum MetadataHeader {
    /// The version of the specification that the metadata follows.
    static let specification = "1.0.31"

    /// No honest version comes near; above it, arithmetic on versions could overflow and JavaScript would round.
    static let largestVersion: Int64 = 1 << 53

    static func write(
        _ role: MetadataRole,
        version: Int64,
        expires: Int64,
        custom: JSONValue?,
        _ members: JSONValue
    ) -> JSONValue {
        var json = members
        json["_type"] = .string(role.rawValue)
        json["spec_version"] = .string(specification)
        json["version"] = .integer(version)
        json["expires"] = .string(MetadataTime.text(expires))
        json["custom"] = custom
        return json
    }

    static func read(_ role: MetadataRole, _ json: JSONValue) throws(JSONError) -> (version: Int64, expires: Int64) {
        guard try json.required("_type", as: String.self) == role.rawValue else {
            throw JSONError("'\(role.rawValue)' is expected", at: JSONPointer(["_type"]))
        }
        let specification = try json.required("spec_version", as: String.self).split(separator: ".")
        guard (2...3).contains(specification.count), specification[0] == "1",
            specification.allSatisfy({ Int($0) != nil })
        else { throw JSONError("a version 1.x of the specification is expected", at: JSONPointer(["spec_version"])) }
        let version = try json.required("version", as: Int64.self)
        guard (1...largestVersion).contains(version) else {
            throw JSONError("a version from 1 to 2^53 is expected", at: JSONPointer(["version"]))
        }
        guard let expires = MetadataTime.seconds(try json.required("expires")) else {
            throw JSONError("a time like 2026-11-22T12:00:00Z is expected", at: JSONPointer(["expires"]))
        }
        return (version, expires)
    }
}
