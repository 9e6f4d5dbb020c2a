/// The rule for names of branches.
package enum GitBranchName {
    /// Whether `name` is a branch in Git's own sense, and one that no program takes for an option.
    package static func isValid(_ name: String) -> Bool {
        guard (1...200).contains(name.utf8.count), !name.hasPrefix("-"), !name.hasSuffix("/"), !name.hasSuffix(".lock"),
            name != "@", name != "HEAD", !name.hasPrefix("refs/"), !name.contains(".."), !name.contains("@{")
        else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, let last = part.last, first != ".", last != "." else { return false }
            return part.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && !"~^:?*[\\\"'`$".utf8.contains(byte)
            }
        }
    }
}
