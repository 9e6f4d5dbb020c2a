import HubAPI
import Values
import JSON

/// What of a change to the values is its author's to make, and what of its faults they may read.
struct CommitAccess {
    let principal: Principal

    init(caller: Caller) {
        principal = caller.principal
    }

    /// For a change that nobody asked for over the API.
    init(principal: Principal) {
        self.principal = principal
    }

    /// Refuses what is not the caller's to change.
    ///
    /// - Throws: a ``Refusal``: as if it did not exist for what is another team's, else with every field.
    func check(put: [Document], delete: [DocumentID], before: [DocumentID: Document]) throws(Refusal) {
        guard !principal.isPlatformAdmin else { return }
        var faults: [Fault] = []
        var changes: [(id: DocumentID, after: JSONValue?)] = put.map { ($0.id, $0.spec) }
        changes += delete.map { ($0, nil) }
        for (id, after) in changes {
            let subject = id.owningTeam.map(Access.Subject.team) ?? .platform
            switch principal.access(to: .commitDocuments, on: subject) {
            case .hidden: throw Refusal.hidden(.commitDocuments, id.description)
            case .refused:
                faults.append(Fault(document: id, message: "only a platform admin changes this"))
            case .allowed:
                guard let team = id.owningTeam, let role = role(in: team) else { continue }
                let document = before[DocumentID(kind: .team, name: team)]
                let selfService = SelfService(
                    of: document ?? Document(id: DocumentID(kind: .team, name: team), spec: [:])
                )
                let access = DocumentAccess(role: role, kind: id.kind, selfService: selfService)
                faults += access.faults(changing: before[id]?.spec, to: after, of: id)
            }
        }
        guard faults.isEmpty else {
            let objects = Set(faults.compactMap(\.document)).sorted().map(\.description).joined(separator: ", ")
            throw Refusal.refused(principal, .commitDocuments, on: objects, errors: faults)
        }
    }

    private func role(in team: String) -> Role? {
        let roles = principal.grants.filter { $0.team == team }.map(\.role)
        return roles.contains(.teamAdmin) ? .teamAdmin : roles.first
    }

    /// The faults as the caller may read them: nothing in them tells of another team.
    func shown(_ faults: [Fault], among documents: [Document]) -> [Fault] {
        guard !principal.maySeeEveryTeam else { return faults }
        let own = Set(principal.teams)
        let others = documents.map(\.id).filter { $0.owningTeam.map { !own.contains($0) } ?? false }
        return faults.map { fault in
            guard let team = fault.document?.owningTeam, own.contains(team) else {
                return Fault(
                    severity: fault.severity,
                    message: "the change does not fit what others have",
                    hint: "Another host, path or name may do; a platform admin sees what it is."
                )
            }
            var fault = fault
            for other in others where fault.message.contains(other.description) {
                fault.message = fault.message.replacing(
                    other.description,
                    with: "another team's \(other.kind.rawValue.lowercased())"
                )
            }
            return fault
        }
    }
}
