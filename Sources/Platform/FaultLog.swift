package import JSON
package import Values

/// A fault in a document whose scope is not settled: what was compiled once may be wrong on many clusters.
package struct UnplacedFault: Hashable, Sendable {
    let kind: Kind
    let team: String?
    let name: String
    /// The place in the document's spec.
    let pointer: JSONPointer
    let message: String
    let hint: String?
    package let severity: Fault.Severity

    /// The fault at the document that a person has to change; `scope` tells who wrote a place of the effective values.
    package func placed(by scope: (JSONPointer) -> Scope?) -> Fault {
        let origin = scope(JSONPointer(place + pointer.tokens)) ?? scope(JSONPointer(place))
        let id =
            if kind == .cluster, case .cluster(let cluster)? = origin {
                // What clusters share does not know their names.
                DocumentID(kind: .cluster, scope: .cluster(cluster), name: cluster)
            } else {
                DocumentID(kind: kind, team: team, name: name).at(origin ?? .platform)
            }
        return Fault(severity: severity, document: id, pointer: pointer, message: message, hint: hint)
    }

    /// Where the document's spec is in the effective values.
    private var place: [String] {
        switch kind {
        case .service: ["teams", team ?? "", "services", name]
        case .job: ["teams", team ?? "", "jobs", name]
        case .secret: ["teams", team ?? "", "secrets", name]
        case .team, .group: ["teams", name]
        case .settings: ["settings", name]
        case .app: ["apps", name]
        case .policy: ["policies", name]
        case .cluster: ["cluster"]
        }
    }
}

/// Collects what is wrong in the values, each fault at the document that a person has to change.
struct FaultLog {
    private(set) var faults: [UnplacedFault] = []

    /// Takes over faults that were found elsewhere.
    mutating func add(_ more: [UnplacedFault]) {
        faults += more
    }

    /// Notes a fault at `pointer` of the spec of the document `name`; `team` is its owner, or the team itself.
    mutating func report(
        _ kind: Kind,
        team: String? = nil,
        name: String,
        at pointer: JSONPointer,
        _ message: String,
        hint: String? = nil,
        severity: Fault.Severity = .error
    ) {
        faults.append(
            UnplacedFault(
                kind: kind,
                team: team,
                name: name,
                pointer: pointer,
                message: message,
                hint: hint,
                severity: severity
            )
        )
    }
}
