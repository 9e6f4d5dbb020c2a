/// A path below `/api` or `/apis`, taken apart.
struct ResourcePath: Sendable {
    var group: String
    var version: String
    var namespace: String?
    var plural: String
    var name: String?
    var subresource: String?

    /// Reads `/api/v1/...` and `/apis/<group>/<version>/...`; `nil` when the path names no resource.
    init?(_ path: String) {
        var parts = path.split(separator: "/").map(String.init)[...]
        switch parts.popFirst() {
        case "api":
            group = ""
        case "apis":
            guard let name = parts.popFirst() else { return nil }
            group = name
        default: return nil
        }
        guard let version = parts.popFirst(), parts.count >= 1 else { return nil }
        self.version = version
        // `/namespaces/x` is the namespace itself, and `/namespaces/x/status` and `/finalize` are its subresources.
        if parts.first == "namespaces", group.isEmpty,
            parts.count < 3 || (parts.count == 3 && ["status", "finalize"].contains(parts.last ?? ""))
        {
            plural = "namespaces"
            namespace = nil
            parts = parts.dropFirst()
        } else if parts.first == "namespaces", parts.count >= 3 {
            namespace = parts[parts.startIndex + 1]
            plural = parts[parts.startIndex + 2]
            parts = parts.dropFirst(3)
        } else {
            namespace = nil
            plural = parts[parts.startIndex]
            parts = parts.dropFirst()
        }
        name = parts.popFirst()
        subresource = parts.popFirst()
        if !parts.isEmpty { return nil }
    }
}
