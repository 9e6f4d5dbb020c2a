package import JSON

/// What one role may do to the documents of one kind that are its team's.
package struct DocumentAccess: Hashable, Sendable {
    /// Whether one field may be changed.
    package enum FieldAccess: Hashable, Sendable {
        case allowed
        /// Only while the team has this flag, which it has not.
        case lacking(SelfService.Flag)
        /// Only by roles of the platform.
        case platformOnly
        /// By admins of the team.
        case teamAdminOnly
    }

    package let role: Role
    package let kind: Kind
    package let selfService: SelfService

    package init(role: Role, kind: Kind, selfService: SelfService) {
        self.role = role
        self.kind = kind
        self.selfService = selfService
    }

    /// Whether such documents may come and go.
    package var mayCreateAndDelete: Bool { role == .platformAdmin || (role.isOfTeam && kind.belongsToTeam) }

    /// Whether the field may be changed; it is named from the top, as far down as the rules distinguish.
    package func access(to field: JSONPointer) -> FieldAccess {
        guard role != .platformAdmin else { return .allowed }
        guard role.isOfTeam, kind.belongsToTeam || kind == .team else { return .platformOnly }
        if kind == .team, role == .teamMember { return .teamAdminOnly }
        if let rule = FieldRule.of(kind).first(where: { field.tokens.starts(with: $0.field.tokens) }) {
            return selfService.flags.contains(rule.flag) ? .allowed : .lacking(rule.flag)
        }
        return kind == .team ? .platformOnly : .allowed
    }

    /// Every field that the kind has, as far down as the rules distinguish.
    package var fields: [JSONPointer] {
        let names = Schema.of(kind)["properties"]?.objectValue?.keys.sorted() ?? []
        let deeper = FieldRule.of(kind).map(\.field).filter { $0.tokens.count > 1 }
        return names.map { JSONPointer([$0]) } + deeper
    }

    /// What of a change is not this role's to make; empty when all of it is.
    ///
    /// - Parameters:
    ///   - before: what the document says now; `nil` when there is none.
    ///   - after: what it is to say; `nil` when it is to go.
    ///   - id: the document.
    /// - Returns: one fault for each field.
    package func faults(changing before: JSONValue?, to after: JSONValue?, of id: DocumentID) -> [Fault] {
        if before == nil || after == nil, !id.scope.isOverlay {
            guard mayCreateAndDelete else {
                return [
                    fault(
                        id,
                        .root,
                        before == nil ? "only a platform admin adds this" : "only a platform admin removes this"
                    )
                ]
            }
            // What goes as a whole takes its fields along.
            if after == nil { return [] }
        }
        let (old, new) = (completed(before, id), completed(after, id))
        return changedFields(from: old, to: new).compactMap { field in
            switch access(to: field) {
            case .allowed: nil
            case .platformOnly: fault(id, field, "only a platform admin changes this")
            case .teamAdminOnly: fault(id, field, "only an admin of the team changes this")
            case .lacking(let flag):
                fault(
                    id,
                    field,
                    "the team may not change this: it lacks the self-service flag \(flag.rawValue)",
                    hint:
                        "A platform admin adds '\(flag.name)' to selfService.\(flag.section) of the team, or makes the change."
                )
            }
        }
    }

    /// Lower layers have no defaults of their own.
    private func completed(_ spec: JSONValue?, _ id: DocumentID) -> JSONValue {
        let spec = spec ?? .object([:])
        guard !id.scope.isOverlay else { return spec }
        return Schema.compiled(kind, name: id.name)?.fillingDefaults(in: spec) ?? spec
    }

    /// The fields that differ, as far down as the rules distinguish.
    private func changedFields(
        from old: JSONValue,
        to new: JSONValue,
        below place: JSONPointer = .root
    ) -> [JSONPointer] {
        let keys = Set(old.objectValue?.keys.map(\.self) ?? []).union(new.objectValue?.keys.map(\.self) ?? [])
        return keys.sorted().flatMap { key -> [JSONPointer] in
            let (left, right) = (old[key], new[key])
            guard left != right else { return [] }
            let field = place.appending(key)
            let goesDeeper = FieldRule.of(kind).contains {
                $0.field.tokens.count > field.tokens.count && $0.field.tokens.starts(with: field.tokens)
            }
            let isObject = (left?.objectValue != nil || left == nil) && (right?.objectValue != nil || right == nil)
            guard goesDeeper, isObject else { return [field] }
            return changedFields(from: left ?? .object([:]), to: right ?? .object([:]), below: field)
        }
    }

    private func fault(_ id: DocumentID, _ field: JSONPointer, _ message: String, hint: String? = nil) -> Fault {
        Fault(
            document: id,
            pointer: field,
            message: message,
            hint: hint ?? "Ask for it, and leave the field as it is meanwhile."
        )
    }
}
