extension TrustedState {
    /// The trusted metadata of the delegated `role`; `nil` when it is not held as the snapshot lists it, or when the role that
    /// delegates to it names other keys by now.
    ///
    /// It may have expired: look at `expires` before something new is taken from it.
    package func delegatedTargets(of role: String) -> TargetsMetadata? {
        var delegators: [Delegations?] = [targets?.content.delegations]
        var visited: Set<String> = []
        while let delegations = delegators.popLast() {
            for delegated in delegations?.roles ?? [] where visited.insert(delegated.name).inserted {
                guard let held = held(delegated, delegations) else { continue }
                if delegated.name == role { return held.content }
                delegators.append(held.content.delegations)
            }
        }
        return nil
    }

    /// The file of `role` when it is the one that the snapshot lists, signed by the keys that `delegations` name.
    func held(_ role: DelegatedRole, _ delegations: Delegations?) -> Verified<TargetsMetadata>? {
        guard let entry = delegated[role.name], let delegations, entry.isChecked(role, delegations),
            let announced = snapshot?.content.files[role.fileName], announced.announces(entry.file)
        else { return nil }
        return entry.file
    }

    /// Checks a file that came from disk against the keys that `delegations` name, and drops it where it does not fit.
    mutating func confirm(_ role: DelegatedRole, _ delegations: Delegations, rules: ClientRules) {
        guard let entry = delegated[role.name], !entry.isChecked(role, delegations) else { return }
        delegated[role.name] = try? DelegatedTargets(
            entry.file.bytes,
            role,
            delegations,
            name: role.fileName,
            rules: rules
        )
    }

    /// Checks every file of a delegated role that came from disk, from the targets down, and drops those that do not fit.
    mutating func confirmDelegations(rules: ClientRules) {
        var delegators = [targets?.content.delegations].compactMap(\.self)
        var visited: Set<String> = []
        while let delegations = delegators.popLast() {
            for role in delegations.roles where visited.insert(role.name).inserted {
                confirm(role, delegations, rules: rules)
                if let next = delegated[role.name]?.file.content.delegations { delegators.append(next) }
            }
        }
        delegated = delegated.filter { visited.contains($0.key) }
    }

    /// Drops the files of roles to which nothing delegates any more.
    mutating func forgetUnreachableDelegations() {
        var delegators = [targets?.content.delegations].compactMap(\.self)
        var visited: Set<String> = []
        while let delegations = delegators.popLast() {
            for role in delegations.roles where visited.insert(role.name).inserted {
                if let next = delegated[role.name]?.file.content.delegations { delegators.append(next) }
            }
        }
        delegated = delegated.filter { visited.contains($0.key) }
    }
}
