import JSON
package import Values

/// What the provider's groups mean here.
///
/// Each group takes the first rule that it fits; groups that fit none mean nothing.
package struct GroupMapping: Hashable, Sendable {
    /// One rule: a group, exactly or with `{team}` in place of the team's name, and the role that it stands for.
    package struct Rule: Hashable, Sendable {
        private static let placeholder = "{team}"

        private let before: String
        /// What follows the team's name; `nil` when the group's name is meant exactly.
        private let after: String?
        private let role: Role
        private let team: String?

        /// Makes a rule.
        ///
        /// - Throws: `SignOnError.Code.configuration` when group, role and team do not fit each other.
        package init(group: String, role: Role, team: String? = nil) throws(SignOnError) {
            let parts = group.split(separator: Self.placeholder, omittingEmptySubsequences: false)
            guard !group.isEmpty, parts.count <= 2 else {
                throw SignOnError(.configuration, "a rule's group must be a name, with {team} in it at most once")
            }
            let isTemplate = parts.count == 2
            guard role.isOfTeam == (isTemplate || team != nil), !(isTemplate && team != nil) else {
                throw SignOnError(
                    .configuration,
                    "the rule for the group '\(group)': the role \(role.rawValue) "
                        + (role.isOfTeam ? "needs either {team} in the group or a team" : "is of no team")
                )
            }
            if let team, !NameRule.team.accepts(team) {
                throw SignOnError(.configuration, "the rule for the group '\(group)': '\(team)' is no team's name")
            }
            before = String(parts[0])
            after = isTemplate ? String(parts[1]) : nil
            self.role = role
            self.team = team
        }

        /// What the group stands for; `nil` when the rule is not about it.
        func grant(for group: String) -> Grant? {
            guard let after else {
                guard group == before else { return nil }
                return team.map { Grant.team($0, role) } ?? Grant.platform(role)
            }
            guard group.hasPrefix(before), group.hasSuffix(after),
                group.utf8.count > before.utf8.count + after.utf8.count
            else { return nil }
            let name = String(group.dropFirst(before.count).dropLast(after.count))
            return NameRule.team.accepts(name) ? Grant.team(name, role) : nil
        }
    }

    /// More groups than this are not looked at: no token or answer holds that many.
    package static let maximumGroups = 2_000

    private static let maximumRules = 1_000

    private let rules: [Rule]

    /// Makes a mapping of rules in their order.
    package init(_ rules: [Rule]) { self.rules = rules }

    /// What holds unless the operator says otherwise: `platform-admin`, `platform-auditor`, `team-NAME-admin`,
    /// `team-NAME`.
    package static let standard = GroupMapping(
        [
            try? Rule(group: "platform-admin", role: .platformAdmin),
            try? Rule(group: "platform-auditor", role: .auditor),
            try? Rule(group: "team-{team}-admin", role: .teamAdmin),
            try? Rule(group: "team-{team}", role: .teamMember),
        ].compactMap { $0 }
    )

    /// What somebody in these groups is given.
    package func grants(for groups: [String]) -> Set<Grant> {
        var result: Set<Grant> = []
        for group in groups.prefix(Self.maximumGroups) {
            if let grant = rules.lazy.compactMap({ $0.grant(for: group) }).first { result.insert(grant) }
        }
        return result
    }

    /// Reads a mapping file: `{"rules": [{"group": "…", "role": "…", "team": "…"}]}`.
    ///
    /// - Throws: `SignOnError.Code.configuration` naming the rule that is wrong.
    package init(parsing bytes: [UInt8]) throws(SignOnError) {
        let members: [JSONValue]
        do throws(JSONError) { members = try JSONValue(parsing: bytes).required("rules") } catch {
            throw SignOnError(.configuration, "the group mapping is no JSON object with a list 'rules': \(error)")
        }
        guard members.count <= Self.maximumRules else {
            throw SignOnError(.configuration, "the group mapping has more than \(Self.maximumRules) rules")
        }
        var rules: [Rule] = []
        for (index, member) in members.enumerated() { rules.append(try Self.rule(member, index)) }
        self.init(rules)
    }

    private static func rule(_ json: JSONValue, _ index: Int) throws(SignOnError) -> Rule {
        let known: Set<String> = ["group", "role", "team"]
        if let unknown = json.objectValue?.keys.filter({ !known.contains($0) }).min() {
            throw SignOnError(.configuration, "rule \(index + 1) of the group mapping: '\(unknown)' is not known")
        }
        guard let group = json["group"]?.stringValue, let role = json["role"]?.stringValue.flatMap(Role.init(rawValue:))
        else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw SignOnError(
                .configuration,
                "rule \(index + 1) of the group mapping: a 'group' and a 'role' of \(roles) are expected"
            )
        }
        return try Rule(group: group, role: role, team: json["team"]?.stringValue)
    }
}
