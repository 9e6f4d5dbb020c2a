import JSON

/// What a policy's document lets a team do all the same, and why.
///
/// It is written in the Policy, which platform administrators alone may change: that is the permission. Annotations of a pod
/// exempt from nothing.
struct PolicyExemption: Spec, Hashable {
    /// A team, or `*` for all: what the mesh adds to everybody's pods is nobody's own.
    let team: String
    let kind: String?
    /// A name, or the beginning of one and `*`.
    let name: String?
    let container: String?
    let reason: String
    /// Shown, not evaluated: a compiler has no clock.
    let until: String?

    init(json: JSONValue) throws(JSONError) {
        team = try json.required("team")
        kind = try json.optional("kind")
        name = try json.optional("name")
        container = try json.optional("container")
        reason = try json.required("reason")
        until = try json.optional("until")
    }

    /// The team's namespace, or the beginning of all teams' and `*`.
    var namespace: String { "team-\(team)" }

    func concerns(_ name: String) -> Bool { team == name || team == "*" }

    /// Whether it speaks of the workload, whatever the container.
    func matches(_ workload: Workload) -> Bool {
        guard kind == nil || kind == workload.kind else { return false }
        guard let name else { return true }
        return workload.names.contains { Self.matches($0, name) }
    }

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? text.hasPrefix(pattern.dropLast()) : text == pattern
    }

    /// The form that a constraint's parameters hold.
    var parameter: JSONValue {
        .members([
            "namespace": namespace, "kind": kind, "name": name, "container": container, "reason": reason,
            "until": until,
        ])
    }
}
