import JSON

/// One policy as it holds somewhere: on the platform, or for one team.
struct Policy {
    /// What happens to an object that violates the policy.
    enum Action: String {
        /// It is reported.
        case audit
        /// It is refused.
        case enforce
    }

    let rule: any PolicyRule
    /// What the rule was read from.
    let parameters: JSONValue
    let action: Action
    let severity: String
    let exemptions: [PolicyExemption]

    var name: String { type(of: rule).name }

    /// The findings in an object of a team that no exemption covers.
    func findings(in workload: Workload, of team: String) -> [PolicyFinding] {
        let matching = exemptions.filter { $0.concerns(team) && $0.matches(workload) }
        guard matching.allSatisfy({ $0.container != nil }) else { return [] }
        let exempt = Set(matching.compactMap(\.container))
        return rule.findings(in: workload.filter { !exempt.contains($0.name) })
    }
}

/// How one document speaks of a policy; what it does not say is absent.
struct PolicySpec<Rule: PolicyRule> {
    let rule: Rule
    let parameters: JSONValue
    let isEnabled: Bool?
    let action: Policy.Action?
    let severity: String?
    let exemptions: [PolicyExemption]

    /// Reads `json`, whose parameters are added to `base`.
    init(json: JSONValue, over base: JSONValue = .object([:])) throws(JSONError) {
        parameters = Self.merged(Rule.parameters(of: json), over: base)
        rule = try Rule(json: parameters)
        isEnabled = try json.optional("enabled")
        severity = try json.optional("severity")
        exemptions = try json.specs("exemptions")
        let text = try json.optional("action", as: String.self)
        action = text.flatMap(Policy.Action.init(rawValue:))
        guard text == nil || action != nil else {
            throw JSONError("\"audit\" or \"enforce\" is expected", at: JSONPointer(["action"]))
        }
    }

    /// A team's own parameters replace the platform's, member by member, and add to its lists of what is forbidden.
    private static func merged(_ own: JSONValue, over base: JSONValue) -> JSONValue {
        var result = base
        for (member, value) in own.objectValue ?? [:] {
            if Rule.additiveParameters.contains(member), let added = value.arrayValue {
                let before = base[member]?.arrayValue ?? []
                result[member] = .array(before + added.filter { !before.contains($0) })
            } else {
                result[member] = value
            }
        }
        return result
    }
}
