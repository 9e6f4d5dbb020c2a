/// Says everything that is wrong with documents, all at once.
package enum Validator {
    /// What is wrong with one document taken alone: its name, its place, its spec.
    ///
    /// A document at a group's or cluster's scope changes a lower layer: nothing is required of it here, because
    /// `faults(across:)` looks at the result of the layers.
    package static func faults(in document: Document) -> [Fault] {
        let id = document.id
        var faults = identityFaults(id)
        guard let schema = Schema.compiled(id.kind, name: id.name) else {
            let known = Schema.names(of: id.kind).joined(separator: ", ")
            let what = id.kind == .settings ? "section of settings" : "policy"
            faults.append(Fault(document: id, message: "there is no \(what) '\(id.name)'; known are \(known)"))
            return faults.sorted()
        }
        let isPartial = id.scope.isOverlay && id.kind != .cluster
        faults += schema.faults(in: document.spec, isPartial: isPartial).map { fault in
            Fault(document: id, pointer: fault.pointer, message: fault.message, hint: fault.hint)
        }
        return faults.sorted()
    }

    /// What is wrong with a document's kind, scope, team and name.
    private static func identityFaults(_ id: DocumentID) -> [Fault] {
        var faults: [Fault] = []
        func add(_ message: String, hint: String? = nil) {
            faults.append(Fault(document: id, message: message, hint: hint))
        }
        let rule = NameRule.of(id.kind)
        if !rule.accepts(id.name) {
            add("the name of a \(id.kind.rawValue) is \(rule.expectation), at most \(rule.maximumLength) characters")
        }
        if id.kind.belongsToTeam {
            if let team = id.team {
                if !NameRule.team.accepts(team) { add("'\(team)' is no name of a team") }
            } else {
                add("a \(id.kind.rawValue) belongs to a team", hint: "name it with 'team'")
            }
        } else if id.team != nil {
            add("a \(id.kind.rawValue) belongs to no team", hint: "leave 'team' out")
        }
        if id.owningTeam == "admin" {
            add("the team name 'admin' is reserved for the platform", hint: "choose another name")
        }
        switch (id.kind, id.scope) {
        case (.cluster, .cluster(let name)) where name == id.name: break
        case (.cluster, _): add("a Cluster stands at the scope cluster/\(id.name) only")
        case (.group, .platform): break
        case (.group, _): add("a Group stands at the scope platform only")
        default: break
        }
        return faults
    }

    /// What is wrong between documents: the whole set of one revision, or of one import.
    ///
    /// `missingReferences` is how much it matters that something refers to a team, secret, service or group that does not
    /// exist. A wrong kind of secret, a host claimed twice or too long is always an error.
    package static func faults(
        across documents: [Document],
        missingReferences: Fault.Severity = .error
    ) -> [Fault] {
        var check = CrossCheck(documents, missingReferences: missingReferences)
        return check.run()
    }

    /// The faults that a change makes: those of the changed documents, and those between documents that were not there before.
    ///
    /// An old fault elsewhere does not stop an unrelated change.
    package static func faults(
        changing before: [Document],
        to after: [Document],
        missingReferences: Fault.Severity = .error
    ) -> [Fault] {
        let unchanged = Set(before)
        let alone = after.filter { !unchanged.contains($0) }.flatMap { faults(in: $0) }
        let known = Set(faults(across: before, missingReferences: missingReferences))
        let together = faults(across: after, missingReferences: missingReferences)
        return (alone + together.filter { !known.contains($0) }).sorted()
    }
}
