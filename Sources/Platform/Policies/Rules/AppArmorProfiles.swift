import JSON

/// AppArmor profiles outside the list, whether an annotation or a security context names them.
///
/// A container without one has the default profile of its runtime.
struct AppArmorProfiles: PolicyRule {
    static let name = "psp-apparmor"
    static let constraintKind = "PspApparmor"
    static let title = "AppArmor profiles come from a list"
    static let parameterSchema: [String: JSONValue] = ["allowedProfiles": ParameterSchema.texts]

    private static let annotation = "container.apparmor.security.beta.kubernetes.io/"

    let allowed: [String]

    init(json: JSONValue) throws(JSONError) {
        allowed = try json.texts("allowedProfiles")
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        workload.containers.compactMap { container in
            let key = Self.annotation + container.name
            let said = workload.security("appArmorProfile", of: container).flatMap(ProfileName.init)
            let profile = said?.text ?? workload.annotations[key] ?? ProfileName.runtimeDefault
            guard !allowed.cover(profile) else { return nil }
            let text = "AppArmor profile '\(profile)' is not allowed, allowed is \(allowed.listed)"
            guard said == nil else { return PolicyFinding(container, ["securityContext", "appArmorProfile"], text) }
            return PolicyFinding(container, ["annotations", key], text)
        }
    }

    func loosenings(of platform: AppArmorProfiles) -> [Loosening] {
        allowed.loosenings(of: platform.allowed, at: "allowedProfiles")
    }

    var conditions: [PolicyCondition] {
        let key = "\(CEL.text(Self.annotation)) + c.name"
        let annotated =
            "(\(key)) in variables.annotations ? variables.annotations[\(key)] : "
            + CEL.text(ProfileName.runtimeDefault)
        let profile = CEL.security("appArmorProfile", missing: "(\(annotated))", ProfileName.cel)
        return [
            PolicyCondition(
                expression: "variables.containers.all(c, \(CEL.matches(profile, allowed)))",
                message: "allowed AppArmor profiles: \(allowed.listed)"
            )
        ]
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	profile := profile_of(c)
        	allowed := object.get(input.parameters, "allowedProfiles", [])
        	not otomi.covered(profile, allowed)
        	text := concat("", ["AppArmor profile '", profile, "' is not allowed, allowed is ", otomi.listed(allowed)])
        }

        profile_of(c) := otomi.profile(otomi.security(c, "appArmorProfile")) if {
        	is_object(otomi.security(c, "appArmorProfile"))
        }

        profile_of(c) := object.get(otomi.annotations, key, "runtime/default") if {
        	not is_object(otomi.security(c, "appArmorProfile"))
        	key := concat("", ["\(annotation)", c.name])
        }
        """
}
