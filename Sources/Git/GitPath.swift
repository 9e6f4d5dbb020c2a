/// Which paths a tree of ours may have.
package enum GitPath {
    /// The longest path, in bytes.
    package static let maximumLength = 1_024

    /// Whether `path` stays inside its tree, means the same on every file system, and hides nothing from a reader.
    package static func isSafe(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= maximumLength else { return false }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isSafeName(String($0)) }
    }

    private static func isSafeName(_ name: String) -> Bool {
        guard !name.isEmpty, name != ".", name != "..", name.last != ".", name.last != " " else { return false }
        // What Windows and macOS take for `.git` as well.
        let folded = String(String.UnicodeScalarView(name.lowercased().unicodeScalars.filter { !isIgnorable($0) }))
        guard folded != ".git", !folded.hasPrefix("git~") else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\\" && scalar != ":"
        }
    }

    private static func isIgnorable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isDefaultIgnorableCodePoint
    }
}
