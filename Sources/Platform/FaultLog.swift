import JSON
import Values

/// Collects what is wrong in the values, each fault at the document that a person has to change.
struct FaultLog {
    private var faults: [Fault] = []
    private let scope: (JSONPointer) -> Scope?

    init(scope: @escaping (JSONPointer) -> Scope?) {
        self.scope = scope
    }

    /// The faults in a fixed order.
    var sorted: [Fault] { faults.sorted() }

    /// The highest scope that says something in a section of the settings; `nil` when none does.
    func scope(ofSettings section: String) -> Scope? { scope(JSONPointer(["settings", section])) }

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
        let base = Self.place(kind, team: team, name: name)
        let origin = scope(JSONPointer(base + pointer.tokens)) ?? scope(JSONPointer(base))
        let id = DocumentID(kind: kind, team: team, name: name)
            .at(origin ?? (kind == .cluster ? .cluster(name) : .platform))
        faults.append(Fault(severity: severity, document: id, pointer: pointer, message: message, hint: hint))
    }

    /// Where the document's spec is in the effective values.
    private static func place(_ kind: Kind, team: String?, name: String) -> [String] {
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
