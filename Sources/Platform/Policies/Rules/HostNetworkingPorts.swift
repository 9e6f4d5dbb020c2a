import JSON

/// The node's network, and ports of the node outside the ranges.
struct HostNetworkingPorts: PolicyRule {
    static let name = "psp-host-networking-ports"
    static let constraintKind = "PspHostNetworkingPorts"
    static let title = "Pods keep out of the node's network"
    static let parameterSchema: [String: JSONValue] = ["hostPorts": NumberRange.schema]

    /// The ports of the node that containers may take.
    let hostPorts: [NumberRange]

    init(json: JSONValue) throws(JSONError) {
        hostPorts = try json.specs("hostPorts")
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        var findings: [PolicyFinding] = []
        if workload.pod["hostNetwork"]?.boolValue == true {
            findings.append(PolicyFinding(pod: ["hostNetwork"], "hostNetwork is not allowed"))
        }
        for container in workload.containers {
            for (index, port) in (container.json["ports"]?.arrayValue ?? []).enumerated() {
                guard let number = port["hostPort"]?.integerValue, number != 0,
                    !hostPorts.contains(where: { $0.contains(number) })
                else { continue }
                findings.append(
                    PolicyFinding(
                        container,
                        ["ports", String(index), "hostPort"],
                        "hostPort \(number) is not allowed, allowed is \(hostPorts.listed)"
                    )
                )
            }
        }
        return findings
    }

    func loosenings(of platform: HostNetworkingPorts) -> [Loosening] {
        hostPorts.loosenings(of: platform.hostPorts, at: ["hostPorts"])
    }

    var conditions: [PolicyCondition] {
        [
            PolicyCondition(
                expression: "!(has(variables.pod.hostNetwork) && variables.pod.hostNetwork)",
                message: "hostNetwork is not allowed"
            ),
            PolicyCondition(
                expression: "variables.containers.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort) || "
                    + "int(p.hostPort) == 0 || \(hostPorts.cel("int(p.hostPort)"))))",
                message: "allowed ports of the node: \(hostPorts.listed)"
            ),
        ]
    }

    static let rego = """
        violation contains {"msg": "hostNetwork is not allowed"} if object.get(otomi.pod, "hostNetwork", false) == true

        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	some port in object.get(c, "ports", [])
        	number := port.hostPort
        	number != 0
        	count([range | some range in ranges; range.min <= number; number <= range.max]) == 0
        	text := concat("", ["hostPort ", json.marshal(number), " is not allowed, allowed is ", otomi.listed(texts)])
        }

        ranges := object.get(input.parameters, "hostPorts", [])

        texts := [text |
        	some range in ranges
        	text := concat("-", [json.marshal(range.min), json.marshal(range.max)])
        ]
        """
}
