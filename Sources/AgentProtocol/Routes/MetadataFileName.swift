package import Bundles

/// The files below `tuf/`: `timestamp.json`, and every other role with its version before its name.
package enum MetadataFileName: Hashable, Sendable, LosslessStringConvertible {
    case timestamp
    case root(version: Int64)
    case snapshot(version: Int64)
    case targets(version: Int64)
    /// The file of a role that the targets delegate to: letters, digits, dashes and dots.
    case delegated(role: String, version: Int64)

    /// Reads a file name; `nil` for any that TUF's consistent snapshots do not have.
    package init?(_ text: String) {
        if text == MetadataRole.timestamp.fileName {
            self = .timestamp
            return
        }
        guard let dot = text.firstIndex(of: "."), let version = Int64(text[..<dot]), version > 0,
            String(version) == text[..<dot]
        else { return nil }
        switch text[text.index(after: dot)...] {
        case "root.json": self = .root(version: version)
        case "snapshot.json": self = .snapshot(version: version)
        case "targets.json": self = .targets(version: version)
        case let rest:
            guard rest.hasSuffix(".json"), Self.isRole(rest.dropLast(5)) else { return nil }
            self = .delegated(role: String(rest.dropLast(5)), version: version)
        }
    }

    private static func isRole(_ name: Substring) -> Bool {
        (1...80).contains(name.utf8.count) && MetadataRole(rawValue: String(name)) == nil
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// The role whose metadata it holds.
    package var role: MetadataRole {
        switch self {
        case .timestamp: .timestamp
        case .root: .root
        case .snapshot: .snapshot
        case .targets, .delegated: .targets
        }
    }

    package var description: String {
        switch self {
        case .timestamp: MetadataRole.timestamp.fileName
        case .root(let version), .snapshot(let version), .targets(let version): role.fileName(version: version)
        case .delegated(let role, let version): "\(version).\(role).json"
        }
    }
}
