import JSON
import Values

/// The policies of one cluster: the platform's, and those of every team that has its own.
///
/// Policies that no document speaks of do not hold. What a team's document says can only add to what the platform says: it
/// may switch a policy on, enforce it, forbid more and allow less. Where it asks for less, it is refused, and the platform's
/// word holds.
struct PolicyPlan {
    /// What checks live objects.
    enum Engine: String {
        case gatekeeper
        case kyverno
        /// Nothing; the policies hold for what is compiled.
        case none
    }

    let engine: Engine
    /// The platform's policies that are switched on, by name.
    private(set) var platform: [String: Policy] = [:]
    /// The policies that hold for a team and differ from the platform's, by team and name.
    private(set) var teams: [String: [String: Policy]] = [:]

    init(_ tree: JSONValue, _ faults: inout FaultLog) {
        engine = tree["settings"]?["otomi"]?["policyEngine"]?.stringValue.flatMap(Engine.init(rawValue:)) ?? .gatekeeper
        for type in PolicyRules.all { add(type, from: tree, &faults) }
    }

    /// Everything that holds for a team, by name of the policy.
    func policies(of team: String) -> [Policy] {
        platform.merging(teams[team] ?? [:]) { _, own in own }.sorted { $0.key < $1.key }.map(\.value)
    }

    private mutating func add<Rule: PolicyRule>(_ type: Rule.Type, from tree: JSONValue, _ faults: inout FaultLog) {
        var base: PolicySpec<Rule>?
        if let json = tree["policies"]?[Rule.name], !json.isNull {
            do throws(JSONError) { base = try PolicySpec(json: json) } catch {
                faults.report(.policy, name: Rule.name, at: error.pointer ?? .root, error.message)
            }
        }
        let isOn = base != nil && base?.isEnabled != false
        if let base, isOn { platform[Rule.name] = Self.policy(base, exemptions: base.exemptions) }
        for (team, spec) in (tree["teams"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            // A team that has no namespace is reported where teams are read.
            guard ObjectName.isLabel("team-\(team)"), let json = spec["policies"]?[Rule.name], !json.isNull
            else { continue }
            let place = ["policies", Rule.name]
            do throws(JSONError) {
                let own = try PolicySpec<Rule>(
                    json: json,
                    over: base?.parameters ?? Rule.parameters(of: Self.defaults(of: Rule.name))
                )
                let loosenings = isOn ? Self.loosenings(own, of: base) : []
                for loosening in loosenings {
                    faults.report(
                        .team,
                        team: team,
                        name: team,
                        at: JSONPointer(place + loosening.place),
                        "\(loosening.message); a team can only add to policy '\(Rule.name)' of the platform",
                        hint: "leave it out, or ask a platform administrator for an exemption in the policy"
                    )
                }
                guard loosenings.isEmpty, isOn || own.isEnabled == true else { continue }
                teams[team, default: [:]][Rule.name] = Self.policy(own, over: base, exemptions: base?.exemptions ?? [])
            } catch {
                faults.report(
                    .team,
                    team: team,
                    name: team,
                    at: JSONPointer(place + (error.pointer ?? .root).tokens),
                    error.message
                )
            }
        }
    }

    private static func loosenings<Rule: PolicyRule>(
        _ own: PolicySpec<Rule>,
        of platform: PolicySpec<Rule>?
    ) -> [Loosening] {
        guard let platform else { return [] }
        var result: [Loosening] = []
        if own.isEnabled == false { result.append(Loosening(at: ["enabled"], "the policy is switched on")) }
        if own.action == .audit, platform.action == .enforce {
            result.append(Loosening(at: ["action"], "the policy is enforced"))
        }
        return result + own.rule.loosenings(of: platform.rule)
    }

    private static func policy<Rule: PolicyRule>(
        _ spec: PolicySpec<Rule>,
        over base: PolicySpec<Rule>? = nil,
        exemptions: [PolicyExemption]
    ) -> Policy {
        Policy(
            rule: spec.rule,
            parameters: spec.parameters,
            action: spec.action ?? base?.action ?? .audit,
            severity: spec.severity ?? base?.severity ?? "medium",
            exemptions: exemptions
        )
    }

    /// What a policy's parameters are when nobody says: a team may switch on what the platform has no document of.
    private static func defaults(of name: String) -> JSONValue {
        Schema.compiled(.policy, name: name)?.fillingDefaults(in: .object([:])) ?? .object([:])
    }
}

extension PolicyPlan {
    /// The part of the shared values that policies are read from.
    static func shared(in tree: JSONValue) -> JSONValue {
        var otomi: JSONValue = .object([:])
        otomi["policyEngine"] = tree["settings"]?["otomi"]?["policyEngine"]
        return ["settings": ["otomi": otomi], "policies": tree["policies"] ?? .object([:])]
    }

    /// The policies that hold for one team; what is wrong with the team's own word is reported.
    static func policies(of team: String, _ own: JSONValue?, in shared: JSONValue, _ faults: inout FaultLog) -> [Policy]
    {
        var tree = shared
        if let own { tree["teams"] = .object([team: ["policies": own]]) }
        var found = FaultLog()
        let plan = PolicyPlan(tree, &found)
        faults.add(found.faults.filter { $0.kind == .team })
        return plan.policies(of: team)
    }
}
