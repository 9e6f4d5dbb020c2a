import JSON

/// Capabilities that containers add beyond the list, and ones that they do not drop.
///
/// Kubernetes takes a name with and without `CAP_`, so both are the same here.
struct Capabilities: PolicyRule {
    static let name = "psp-capabilities"
    static let constraintKind = "PspCapabilities"
    static let title = "Containers drop capabilities, and add allowed ones only"
    static let parameterSchema: [String: JSONValue] = [
        "allowedCapabilities": ParameterSchema.texts, "requiredDropCapabilities": ParameterSchema.texts,
    ]
    static let additiveParameters: Set<String> = ["requiredDropCapabilities"]

    let allowed: [String]
    let required: [String]

    init(json: JSONValue) throws(JSONError) {
        allowed = try json.texts("allowedCapabilities")
        required = try json.texts("requiredDropCapabilities")
    }

    private static func plain(_ name: String) -> String { name.hasPrefix("CAP_") ? String(name.dropFirst(4)) : name }

    func findings(in workload: Workload) -> [PolicyFinding] {
        let allowed = self.allowed.map(Self.plain)
        return workload.containers.flatMap { container in
            let capabilities = container.json["securityContext"]?["capabilities"]
            let field = ["securityContext", "capabilities"]
            let added = (capabilities?["add"]?.arrayValue ?? []).compactMap(\.stringValue)
            let dropped = (capabilities?["drop"]?.arrayValue ?? []).compactMap(\.stringValue).map(Self.plain)
            let tooMany = added.filter { !allowed.cover(Self.plain($0)) }.map {
                PolicyFinding(
                    container,
                    field + ["add"],
                    "capability \($0) is not allowed, allowed is \(self.allowed.listed)"
                )
            }
            let tooFew = required.filter { !dropped.contains(Self.plain($0)) && !dropped.contains("ALL") }.map {
                PolicyFinding(container, field + ["drop"], "capability \($0) has to be dropped")
            }
            return tooMany + tooFew
        }
    }

    func loosenings(of platform: Capabilities) -> [Loosening] {
        allowed.map(Self.plain).loosenings(of: platform.allowed.map(Self.plain), at: "allowedCapabilities")
    }

    var conditions: [PolicyCondition] {
        let has = "has(c.securityContext) && has(c.securityContext.capabilities) && has(c.securityContext.capabilities."
        let names = allowed.map(Self.plain).flatMap { $0 == "*" ? [$0] : [$0, "CAP_\($0)"] }
        let add = PolicyCondition(
            expression: "variables.containers.all(c, !(\(has)add)) || "
                + "c.securityContext.capabilities.add.all(a, \(CEL.matches("a", names))))",
            message: "allowed capabilities: \(allowed.listed)"
        )
        let drops = required.map { capability in
            let names = CEL.list([Self.plain(capability), "CAP_\(Self.plain(capability))", "ALL", "CAP_ALL"])
            return PolicyCondition(
                expression: "variables.containers.all(c, \(has)drop) && "
                    + "c.securityContext.capabilities.drop.exists(d, d in \(names)))",
                message: "capability \(capability) has to be dropped"
            )
        }
        return [add] + drops
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	some capability in c.securityContext.capabilities.add
        	not otomi.covered(trim_prefix(capability, "CAP_"), [trim_prefix(name, "CAP_") | some name in allowed])
        	text := concat("", ["capability ", capability, " is not allowed, allowed is ", otomi.listed(allowed)])
        }

        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	some capability in object.get(input.parameters, "requiredDropCapabilities", [])
        	not dropped(c, trim_prefix(capability, "CAP_"))
        	text := concat("", ["capability ", capability, " has to be dropped"])
        }

        allowed := object.get(input.parameters, "allowedCapabilities", [])

        dropped(c, capability) if {
        	some name in c.securityContext.capabilities.drop
        	trim_prefix(name, "CAP_") in [capability, "ALL"]
        }
        """
}
