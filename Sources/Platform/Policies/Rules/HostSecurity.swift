import JSON

/// The node's process and IPC namespaces, and names of the node's hosts file.
struct HostSecurity: PolicyRule {
    static let name = "psp-host-security"
    static let constraintKind = "PspHostSecurity"
    static let title = "Pods keep out of the node's namespaces"
    static let parameterSchema: [String: JSONValue] = [:]

    init(json: JSONValue) throws(JSONError) {}

    func findings(in workload: Workload) -> [PolicyFinding] {
        var findings = ["hostPID", "hostIPC"].filter { workload.pod[$0]?.boolValue == true }.map {
            PolicyFinding(pod: [$0], "\($0) is not allowed")
        }
        if let aliases = workload.pod["hostAliases"]?.arrayValue, !aliases.isEmpty {
            findings.append(PolicyFinding(pod: ["hostAliases"], "hostAliases is not allowed"))
        }
        return findings
    }

    func loosenings(of platform: HostSecurity) -> [Loosening] { [] }

    var conditions: [PolicyCondition] {
        let flags = ["hostPID", "hostIPC"].map { member in
            PolicyCondition(
                expression: "!(has(variables.pod.\(member)) && variables.pod.\(member))",
                message: "\(member) is not allowed"
            )
        }
        let aliases = PolicyCondition(
            expression: "!(has(variables.pod.hostAliases) && size(variables.pod.hostAliases) > 0)",
            message: "hostAliases is not allowed"
        )
        return flags + [aliases]
    }

    static let rego = """
        violation contains {"msg": text} if {
        	some member in ["hostPID", "hostIPC"]
        	object.get(otomi.pod, member, false) == true
        	text := concat("", [member, " is not allowed"])
        }

        violation contains {"msg": "hostAliases is not allowed"} if count(object.get(otomi.pod, "hostAliases", [])) > 0
        """
}
