extension TrustUpdate {
    /// A delegated role's file to fetch: `version.role.json`.
    package struct DelegatedFile: Hashable, Sendable {
        package let role: String
        /// The role whose metadata delegates to it.
        package let delegator: String
        package let version: Int64
        package let maximumBytes: Int
    }

    /// How a search for a target goes on.
    package enum Search: Hashable, Sendable {
        /// Fetch this, hand it to `updateDelegated`, and search again.
        case fetch(DelegatedFile)
        /// `role` vouches for the target.
        case found(TargetFile, role: String)
        /// No role that was asked vouches for it.
        case absent
    }

    /// Looks for the role that vouches for the target at `path`: pre-order, depth first (section 5.6.7).
    ///
    /// No role is asked twice, and no more than `searchedRoles` delegated ones at all.
    ///
    /// - Throws: `BundleError.outOfOrder` before the targets are current; `.freeze` when a role that is asked has expired;
    ///   `.mixAndMatch` when the snapshot does not list it.
    package mutating func search(for path: String) throws(BundleError) -> Search {
        guard let snapshot = currentSnapshot, let targets = currentTargets else {
            throw BundleError(.outOfOrder, "a target is looked for when the targets are current")
        }
        try checkExpiry(snapshot, MetadataRole.snapshot.fileName)
        var pending: [(name: String, delegator: String, delegations: Delegations)] = []
        var visited: Set<String> = []
        var role = MetadataRole.targets.rawValue
        var metadata = targets
        while true {
            try checkExpiry(metadata, "\(role).json")
            if let target = metadata.targets[path] { return .found(target, role: role) }
            if let delegations = metadata.delegations {
                let responsible = delegations.roles.filter { $0.isResponsible(for: path) }
                let asked = responsible.prefix { !$0.isTerminating }.count
                // A terminating role is the last that is asked, here and among those that wait.
                if asked < responsible.count { pending.removeAll() }
                pending += responsible.prefix(asked + 1).reversed().map { ($0.name, role, delegations) }
            }
            while let last = pending.last, visited.contains(last.name) { pending.removeLast() }
            guard let next = pending.popLast(), visited.count < limits.searchedRoles else { return .absent }
            visited.insert(next.name)
            guard let delegated = next.delegations[next.name] else { return .absent }
            state.confirm(delegated, next.delegations, rules: rules)
            guard let held = state.held(delegated, next.delegations), isFresh(held) else {
                return .fetch(try file(delegated, next.delegator, snapshot))
            }
            (role, metadata) = (next.name, held.content)
        }
    }

    /// Takes the file of a delegated role (section 5.6.2 to 5.6.6).
    ///
    /// - Throws: `BundleError` as for the targets, with the keys and the threshold that the delegating role names.
    package mutating func updateDelegated(_ file: DelegatedFile, _ bytes: [UInt8]) throws(BundleError) {
        guard let snapshot = currentSnapshot, let delegations = delegations(of: file.delegator),
            let role = delegations[file.role], let announced = snapshot.files[role.fileName],
            announced.version == file.version
        else { throw BundleError(.outOfOrder, "a delegated role's metadata follows that of the role which delegates") }
        let name = "\(file.version).\(role.fileName)"
        try checkLength(bytes, .targets, name, announced)
        let entry = try DelegatedTargets(bytes, role, delegations, name: name, rules: rules)
        try checkAnnounced(entry.file.content.version, announced, name)
        try checkExpiry(entry.file.content, name)
        guard state.delegated.count < limits.delegatedRoles || state.delegated[role.name] != nil else {
            throw BundleError(.endlessData, "more than \(limits.delegatedRoles) delegated roles are held")
        }
        state.delegated[role.name] = entry
    }

    /// Takes over a delegated role's file that was trusted earlier; `search` checks it before it is used.
    package mutating func adopt(delegated role: String, _ bytes: [UInt8]) {
        guard state.delegated.count < limits.delegatedRoles else { return }
        state.adopt(delegated: role, bytes)
    }

    /// The first delegated role, in pre-order, whose file is not held as the snapshot lists it.
    ///
    /// A role that the snapshot does not list has no file to fetch; nothing is taken on its word.
    var missingDelegation: DelegatedFile? {
        guard let snapshot = currentSnapshot else { return nil }
        var pending = roles(of: MetadataRole.targets.rawValue)
        var visited: Set<String> = []
        while let next = pending.popLast(), visited.count < limits.delegatedRoles {
            guard visited.insert(next.role.name).inserted, snapshot.files[next.role.fileName] != nil else { continue }
            guard state.held(next.role, next.delegations) != nil else {
                return try? file(next.role, next.delegator, snapshot)
            }
            pending += roles(of: next.role.name)
        }
        return nil
    }

    private func roles(
        of delegator: String
    ) -> [(role: DelegatedRole, delegator: String, delegations: Delegations)] {
        guard let delegations = delegations(of: delegator) else { return [] }
        return delegations.roles.reversed().map { ($0, delegator, delegations) }
    }

    private func file(
        _ role: DelegatedRole,
        _ delegator: String,
        _ snapshot: SnapshotMetadata
    ) throws(BundleError) -> DelegatedFile {
        guard let announced = snapshot.files[role.fileName] else {
            throw BundleError(
                .mixAndMatch,
                "the snapshot does not list \(role.fileName), to which \(delegator) delegates"
            )
        }
        return DelegatedFile(
            role: role.name,
            delegator: delegator,
            version: announced.version,
            maximumBytes: limit(announced, .targets)
        )
    }

    private var currentTargets: TargetsMetadata? {
        guard let targets = state.targets, let snapshot = currentSnapshot, snapshot.targets.announces(targets) else {
            return nil
        }
        return targets.content
    }

    private func delegations(of role: String) -> Delegations? {
        if role == MetadataRole.targets.rawValue { return currentTargets?.delegations }
        guard let entry = state.delegated[role], entry.isChecked,
            currentSnapshot?.files["\(role).json"]?.announces(entry.file) == true
        else { return nil }
        return entry.file.content.delegations
    }

    private func isFresh(_ held: TrustedState.Verified<TargetsMetadata>) -> Bool {
        now < held.content.expires || !rules.refetchesExpired
    }
}
