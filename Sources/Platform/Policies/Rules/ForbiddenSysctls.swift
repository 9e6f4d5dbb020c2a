import JSON

/// Kernel parameters that pods set: forbidden by name, by the beginning of a name and `*`, or all by `*`.
struct ForbiddenSysctls: PolicyRule {
    static let name = "psp-forbidden-sysctls"
    static let constraintKind = "PspForbiddenSysctls"
    static let title = "Pods set no forbidden kernel parameters"
    static let parameterSchema: [String: JSONValue] = ["forbiddenSysctls": ParameterSchema.texts]
    static let additiveParameters: Set<String> = ["forbiddenSysctls"]

    let forbidden: [String]

    init(json: JSONValue) throws(JSONError) {
        forbidden = try json.texts("forbiddenSysctls")
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        let sysctls = workload.pod["securityContext"]?["sysctls"]?.arrayValue ?? []
        return sysctls.enumerated().compactMap { index, sysctl in
            guard let name = sysctl["name"]?.stringValue, forbidden.cover(name) else { return nil }
            return PolicyFinding(
                pod: ["securityContext", "sysctls", String(index)],
                "sysctl '\(name)' is forbidden by: \(forbidden.listed)"
            )
        }
    }

    func loosenings(of platform: ForbiddenSysctls) -> [Loosening] { [] }

    var conditions: [PolicyCondition] {
        let context = "variables.pod.securityContext"
        return [
            PolicyCondition(
                expression: "!(has(\(context)) && has(\(context).sysctls)) || "
                    + "\(context).sysctls.all(s, !(\(CEL.matches("s.name", forbidden))))",
                message: "forbidden kernel parameters: \(forbidden.listed)"
            )
        ]
    }

    static let rego = """
        violation contains {"msg": text} if {
        	some sysctl in otomi.pod.securityContext.sysctls
        	otomi.covered(sysctl.name, input.parameters.forbiddenSysctls)
        	forbidden := otomi.listed(input.parameters.forbiddenSysctls)
        	text := concat("", ["sysctl '", sysctl.name, "' is forbidden by: ", forbidden])
        }
        """
}
