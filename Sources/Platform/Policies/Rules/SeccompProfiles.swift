import JSON

/// Seccomp profiles outside the list, whether an annotation or a security context names them; none is none of the list.
struct SeccompProfiles: PolicyRule {
    static let name = "psp-seccomp"
    static let constraintKind = "PspSeccomp"
    static let title = "Seccomp profiles come from a list"
    static let parameterSchema: [String: JSONValue] = ["allowedProfiles": ParameterSchema.texts]

    private static let containerAnnotation = "container.seccomp.security.alpha.kubernetes.io/"
    private static let podAnnotation = "seccomp.security.alpha.kubernetes.io/pod"

    let allowed: [String]

    init(json: JSONValue) throws(JSONError) {
        allowed = try json.texts("allowedProfiles")
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        workload.containers.compactMap { container in
            let profile = Self.profile(of: container, workload)
            guard !allowed.cover(profile ?? "none") else { return nil }
            return PolicyFinding(
                container,
                ["securityContext", "seccompProfile"],
                "seccomp profile '\(profile ?? "none")' is not allowed, allowed is \(allowed.listed)"
            )
        }
    }

    /// The container's own word counts before the pod's, a security context before an annotation.
    private static func profile(of container: Workload.Container, _ workload: Workload) -> String? {
        let profile =
            container.json["securityContext"]?["seccompProfile"].flatMap(ProfileName.init)?.text
            ?? workload.annotations[containerAnnotation + container.name]
            ?? workload.pod["securityContext"]?["seccompProfile"].flatMap(ProfileName.init)?.text
            ?? workload.annotations[podAnnotation]
        return profile == "docker/default" ? ProfileName.runtimeDefault : profile
    }

    func loosenings(of platform: SeccompProfiles) -> [Loosening] {
        allowed.loosenings(of: platform.allowed, at: "allowedProfiles")
    }

    var conditions: [PolicyCondition] {
        let key = "(\(CEL.text(Self.containerAnnotation)) + c.name)"
        let podKey = CEL.text(Self.podAnnotation)
        let annotated = { (key: String) in
            "(\(key) in variables.annotations ? (variables.annotations[\(key)] == 'docker/default' ? 'runtime/default' : "
                + "variables.annotations[\(key)])"
        }
        let context = "variables.pod.securityContext"
        let profile =
            "(has(c.securityContext) && has(c.securityContext.seccompProfile) ? "
            + "\(ProfileName.cel("c.securityContext.seccompProfile")) : \(annotated(key)) : "
            + "(has(\(context)) && has(\(context).seccompProfile) ? \(ProfileName.cel("\(context).seccompProfile")) : "
            + "\(annotated(podKey)) : 'none'))))"
        return [
            PolicyCondition(
                expression: "variables.containers.all(c, \(CEL.matches(profile, allowed)))",
                message: "allowed seccomp profiles: \(allowed.listed)"
            )
        ]
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	profile := plain(profile_of(c))
        	allowed := object.get(input.parameters, "allowedProfiles", [])
        	not otomi.covered(profile, allowed)
        	text := concat("", ["seccomp profile '", profile, "' is not allowed, allowed is ", otomi.listed(allowed)])
        }

        plain(profile) := "runtime/default" if profile == "docker/default"

        plain(profile) := profile if profile != "docker/default"

        own(c) := otomi.profile(c.securityContext.seccompProfile)

        annotated(c) := otomi.annotations[concat("", ["\(containerAnnotation)", c.name])]

        of_pod := otomi.profile(otomi.pod.securityContext.seccompProfile)

        profile_of(c) := own(c)

        profile_of(c) := annotated(c) if not own(c)

        profile_of(c) := of_pod if {
        	not own(c)
        	not annotated(c)
        }

        profile_of(c) := object.get(otomi.annotations, "\(podAnnotation)", "none") if {
        	not own(c)
        	not annotated(c)
        	not of_pod
        }
        """
}
