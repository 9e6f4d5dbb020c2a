import JSON

/// The users and groups that containers may run as.
struct AllowedUsers: PolicyRule {
    static let name = "psp-allowed-users"
    static let constraintKind = "PspAllowedUsers"
    static let title = "Containers run as allowed users and groups"
    static let parameterSchema: [String: JSONValue] = Dictionary(
        uniqueKeysWithValues: IDStrategy.members.map { ($0, IDStrategy.schema) }
    )

    let runAsUser: IDStrategy
    let runAsGroup: IDStrategy
    let supplementalGroups: IDStrategy
    let fsGroup: IDStrategy

    init(json: JSONValue) throws(JSONError) {
        runAsUser = try json.spec("runAsUser") ?? .any
        runAsGroup = try json.spec("runAsGroup") ?? .any
        supplementalGroups = try json.spec("supplementalGroups") ?? .any
        fsGroup = try json.spec("fsGroup") ?? .any
    }

    private var strategies: [(member: String, strategy: IDStrategy)] {
        Array(zip(IDStrategy.members, [runAsUser, runAsGroup, supplementalGroups, fsGroup]))
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        var findings: [PolicyFinding] = []
        for container in workload.containers {
            let user = workload.security("runAsUser", of: container)?.integerValue
            if runAsUser.rule == .mustRunAsNonRoot {
                let refusesRoot = workload.security("runAsNonRoot", of: container)?.boolValue ?? false
                if user == 0 || (user == nil && !refusesRoot) {
                    let field = user == nil ? "runAsNonRoot" : "runAsUser"
                    findings.append(PolicyFinding(container, ["securityContext", field], Self.nonRootText))
                }
            } else if let text = runAsUser.fault(in: user, "runAsUser") {
                findings.append(PolicyFinding(container, ["securityContext", "runAsUser"], text))
            }
            let group = workload.security("runAsGroup", of: container)?.integerValue
            if let text = runAsGroup.fault(in: group, "runAsGroup") {
                findings.append(PolicyFinding(container, ["securityContext", "runAsGroup"], text))
            }
        }
        return findings + podFindings(in: workload)
    }

    private static let nonRootText = "another user than root is expected: runAsNonRoot, or a runAsUser other than 0"

    private func podFindings(in workload: Workload) -> [PolicyFinding] {
        let context = workload.pod["securityContext"]
        var findings: [PolicyFinding] = []
        if let text = fsGroup.fault(in: context?["fsGroup"]?.integerValue, "fsGroup") {
            findings.append(PolicyFinding(pod: ["securityContext", "fsGroup"], text))
        }
        let groups = (context?["supplementalGroups"]?.arrayValue ?? []).map(\.integerValue)
        for group in groups.isEmpty ? [nil] : groups {
            if let text = supplementalGroups.fault(in: group, "supplementalGroups") {
                findings.append(PolicyFinding(pod: ["securityContext", "supplementalGroups"], text))
            }
        }
        return findings
    }

    func loosenings(of platform: AllowedUsers) -> [Loosening] {
        zip(strategies, platform.strategies).flatMap { own, bound in
            own.strategy.loosenings(of: bound.strategy, at: own.member)
        }
    }

    var conditions: [PolicyCondition] {
        var conditions: [PolicyCondition] = []
        let user = CEL.security("runAsUser", missing: "true") { "int(\($0)) != 0" }
        if runAsUser.rule == .mustRunAsNonRoot {
            let isSaid = CEL.security("runAsUser", missing: "false") { _ in "true" }
            let refusesRoot = CEL.security("runAsNonRoot", missing: "false") { $0 }
            conditions.append(
                PolicyCondition(
                    expression: "variables.containers.all(c, \(user) && (\(isSaid) || \(refusesRoot)))",
                    message: "containers may not run as root"
                )
            )
        }
        for (member, strategy) in [("runAsUser", runAsUser), ("runAsGroup", runAsGroup)] where strategy.hasBounds {
            let isAllowed = CEL.security(member, missing: "\(!strategy.isRequired)") {
                strategy.ranges.isEmpty ? "true" : strategy.ranges.cel("int(\($0))")
            }
            conditions.append(
                PolicyCondition(
                    expression: "variables.containers.all(c, \(isAllowed))",
                    message: strategy.text(member)
                )
            )
        }
        let context = "variables.pod.securityContext"
        if fsGroup.hasBounds {
            let test = fsGroup.ranges.isEmpty ? "true" : fsGroup.ranges.cel("int(\(context).fsGroup)")
            conditions.append(
                PolicyCondition(
                    expression: "has(\(context)) && has(\(context).fsGroup) ? \(test) : \(!fsGroup.isRequired)",
                    message: fsGroup.text("fsGroup")
                )
            )
        }
        if supplementalGroups.hasBounds {
            let ranges = supplementalGroups.ranges
            let test = ranges.isEmpty ? "true" : ranges.cel("int(g)")
            let groups = "\(context).supplementalGroups"
            conditions.append(
                PolicyCondition(
                    expression: "has(\(context)) && has(\(groups)) && size(\(groups)) > 0 ? "
                        + "\(groups).all(g, \(test)) : \(!supplementalGroups.isRequired)",
                    message: supplementalGroups.text("supplementalGroups")
                )
            )
        }
        return conditions
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	input.parameters.runAsUser.rule == "MustRunAsNonRoot"
        	some c in otomi.containers
        	may_be_root(c)
        	text := "\(nonRootText)"
        }

        may_be_root(c) if otomi.security(c, "runAsUser") == 0

        may_be_root(c) if {
        	not is_number(otomi.security(c, "runAsUser"))
        	not otomi.security(c, "runAsNonRoot") == true
        }

        violation contains otomi.found(c, text) if {
        	some member in ["runAsUser", "runAsGroup"]
        	strategy := input.parameters[member]
        	some c in otomi.containers
        	text := fault(strategy, member, otomi.security(c, member))
        }

        violation contains {"msg": text} if {
        	context := object.get(otomi.pod, "securityContext", {})
        	text := fault(input.parameters.fsGroup, "fsGroup", object.get(context, "fsGroup", "none"))
        }

        violation contains {"msg": text} if {
        	some group in supplemental_groups
        	text := fault(input.parameters.supplementalGroups, "supplementalGroups", group)
        }

        supplemental_groups := groups if {
        	groups := object.get(object.get(otomi.pod, "securityContext", {}), "supplementalGroups", ["none"])
        	count(groups) > 0
        }

        supplemental_groups := ["none"] if {
        	groups := object.get(object.get(otomi.pod, "securityContext", {}), "supplementalGroups", ["none"])
        	count(groups) == 0
        }

        fault(strategy, member, "none") := text if {
        	strategy.rule == "MustRunAs"
        	text := concat("", [member, " in ", listed(strategy), " is expected, found none"])
        }

        fault(strategy, member, id) := text if {
        	strategy.rule in ["MustRunAs", "MayRunAs"]
        	is_number(id)
        	count(object.get(strategy, "ranges", [])) > 0
        	count([range | some range in strategy.ranges; range.min <= id; id <= range.max]) == 0
        	text := concat("", [member, " in ", listed(strategy), " is expected, found ", json.marshal(id)])
        }

        listed(strategy) := "any range" if count(object.get(strategy, "ranges", [])) == 0

        listed(strategy) := concat(", ", texts) if {
        	count(object.get(strategy, "ranges", [])) > 0
        	texts := [text |
        		some range in strategy.ranges
        		text := concat("-", [json.marshal(range.min), json.marshal(range.max)])
        	]
        }
        """
}
