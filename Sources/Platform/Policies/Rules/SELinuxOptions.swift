import JSON

/// SELinux options outside the list; what a container leaves open, its runtime chooses.
struct SELinuxOptions: PolicyRule {
    static let name = "psp-selinux"
    static let constraintKind = "PspSelinux"
    static let title = "SELinux options come from a list"
    static let parameterSchema: [String: JSONValue] = [
        "seLinuxContext": ["type": "string"],
        "allowedSELinuxOptions": [
            "type": "array",
            "items": [
                "type": "object",
                "properties": [
                    "level": ["type": "string"], "role": ["type": "string"], "type": ["type": "string"],
                    "user": ["type": "string"],
                ],
            ],
        ],
    ]

    private static let members = ["level", "role", "type", "user"]

    let isRestricted: Bool
    let allowed: [[String: String]]

    init(json: JSONValue) throws(JSONError) {
        isRestricted = try json.optional("seLinuxContext", as: String.self) == "MustRunAs"
        var allowed: [[String: String]] = []
        for (index, options) in (try json.optional("allowedSELinuxOptions", as: [JSONValue].self) ?? []).enumerated() {
            var texts: [String: String] = [:]
            for member in Self.members {
                do throws(JSONError) { texts[member] = try options.optional(member) } catch {
                    throw error.inside(String(index)).inside("allowedSELinuxOptions")
                }
            }
            allowed.append(texts)
        }
        self.allowed = allowed
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        guard isRestricted else { return [] }
        return workload.containers.compactMap { container in
            guard let options = workload.security("seLinuxOptions", of: container)?.objectValue,
                !allowed.contains(where: { Self.allows($0, options.compactMapValues(\.stringValue)) })
            else { return nil }
            return PolicyFinding(
                container,
                ["securityContext", "seLinuxOptions"],
                "the SELinux options are none of those allowed"
            )
        }
    }

    private static func allows(_ allowed: [String: String], _ options: [String: String]) -> Bool {
        members.allSatisfy { options[$0] == nil || options[$0] == allowed[$0] }
    }

    func loosenings(of platform: SELinuxOptions) -> [Loosening] {
        guard platform.isRestricted else { return [] }
        guard isRestricted else { return [Loosening(at: ["seLinuxContext"], "'RunAsAny' is less than 'MustRunAs'")] }
        return allowed.enumerated().filter { !platform.allowed.contains($1) }.map { index, _ in
            Loosening(at: ["allowedSELinuxOptions", String(index)], "these options are not allowed")
        }
    }

    var conditions: [PolicyCondition] {
        guard isRestricted else { return [] }
        let isAllowed = CEL.security("seLinuxOptions", missing: "true") { options in
            let alternatives = allowed.map { allowed in
                let parts = Self.members.map { member in
                    let match = allowed[member].map { "\(options).\(member) == \(CEL.text($0))" } ?? "false"
                    return "(!has(\(options).\(member)) || \(match))"
                }
                return "(\(parts.joined(separator: " && ")))"
            }
            return alternatives.isEmpty ? "false" : "(\(alternatives.joined(separator: " || ")))"
        }
        return [
            PolicyCondition(
                expression: "variables.containers.all(c, \(isAllowed))",
                message: "the SELinux options are none of those allowed"
            )
        ]
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	input.parameters.seLinuxContext == "MustRunAs"
        	some c in otomi.containers
        	options := otomi.security(c, "seLinuxOptions")
        	is_object(options)
        	count([allowed | some allowed in list; allows(allowed, options)]) == 0
        	text := "the SELinux options are none of those allowed"
        }

        list := object.get(input.parameters, "allowedSELinuxOptions", [])

        allows(allowed, options) if {
        	others := [member |
        		some member in ["level", "role", "type", "user"]
        		value := options[member]
        		value != object.get(allowed, member, "")
        	]
        	count(others) == 0
        }
        """
}
