import JSON

/// Containers that have, or can get, the rights of the node's root.
struct PrivilegedContainers: PolicyRule {
    static let name = "psp-privileged"
    static let constraintKind = "PspPrivileged"
    static let title = "Containers are not privileged"
    static let parameterSchema: [String: JSONValue] = [:]

    private static let flags = ["privileged", "allowPrivilegeEscalation"]
    private static let capabilities = ["SYS_ADMIN", "CAP_SYS_ADMIN", "ALL"]

    init(json: JSONValue) throws(JSONError) {}

    func findings(in workload: Workload) -> [PolicyFinding] {
        workload.containers.flatMap { container in
            let context = container.json["securityContext"]
            let flags = Self.flags.filter { context?[$0]?.boolValue == true }.map {
                PolicyFinding(container, ["securityContext", $0], "\($0) is not allowed")
            }
            let added = (context?["capabilities"]?["add"]?.arrayValue ?? []).compactMap(\.stringValue)
            return flags
                + added.filter { Self.capabilities.contains($0) }.map {
                    PolicyFinding(
                        container,
                        ["securityContext", "capabilities", "add"],
                        "capability \($0) is not allowed"
                    )
                }
        }
    }

    func loosenings(of platform: PrivilegedContainers) -> [Loosening] { [] }

    var conditions: [PolicyCondition] {
        let flags = Self.flags.map { flag in
            PolicyCondition(
                expression: "variables.containers.all(c, !(has(c.securityContext) && has(c.securityContext.\(flag)) && "
                    + "c.securityContext.\(flag)))",
                message: "\(flag) is not allowed"
            )
        }
        let added = PolicyCondition(
            expression:
                "variables.containers.all(c, !(has(c.securityContext) && has(c.securityContext.capabilities) && "
                + "has(c.securityContext.capabilities.add) && "
                + "c.securityContext.capabilities.add.exists(a, a in \(CEL.list(Self.capabilities)))))",
            message: "capability SYS_ADMIN is not allowed"
        )
        return flags + [added]
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	some flag in ["privileged", "allowPrivilegeEscalation"]
        	c.securityContext[flag] == true
        	text := concat("", [flag, " is not allowed"])
        }

        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	some capability in c.securityContext.capabilities.add
        	capability in ["SYS_ADMIN", "CAP_SYS_ADMIN", "ALL"]
        	text := concat("", ["capability ", capability, " is not allowed"])
        }
        """
}
