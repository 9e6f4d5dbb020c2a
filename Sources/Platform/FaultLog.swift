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

    /// Notes a fault at `pointer` of the spec of the team's document `name`.
    mutating func report(
        _ kind: Kind,
        team: String,
        name: String,
        at pointer: JSONPointer,
        _ message: String,
        hint: String? = nil,
        severity: Fault.Severity = .error
    ) {
        let base =
            switch kind {
            case .service: ["teams", team, "services", name]
            case .job: ["teams", team, "jobs", name]
            case .secret: ["teams", team, "secrets", name]
            default: ["teams", team]
            }
        let id = DocumentID(kind: kind, team: team, name: name)
        let origin = scope(JSONPointer(base + pointer.tokens)) ?? scope(JSONPointer(base)) ?? .platform
        faults.append(
            Fault(severity: severity, document: id.at(origin), pointer: pointer, message: message, hint: hint)
        )
    }
}
