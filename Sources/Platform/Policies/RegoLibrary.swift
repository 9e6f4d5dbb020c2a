/// What every policy's Rego shares: the pod of an object, its containers, and the exemptions.
///
/// The future keywords are those of Gatekeeper 3.9 and newer; older ones read no import but `data.lib`.
enum RegoLibrary {
    static let imports = """
        import future.keywords.contains
        import future.keywords.if
        import future.keywords.in
        """

    /// The module of a rule.
    static func module(_ rule: any PolicyRule.Type) -> String {
        "package \(rule.constraintKind.lowercased())\n\nimport data.lib.otomi\n\(imports)\n\n\(rule.rego)\n"
    }

    static let text = """
        package lib.otomi

        \(imports)

        resource := input.review.object

        metadata := object.get(resource, "metadata", {})

        template := resource if resource.kind == "Pod"

        template := resource.spec.jobTemplate.spec.template if resource.kind == "CronJob"

        template := resource.spec.template if not resource.kind in ["Pod", "CronJob"]

        annotations := object.get(object.get(template, "metadata", {}), "annotations", {})

        # The pod, unless the object as a whole is exempt.
        pod := template.spec if not is_exempt

        containers := [c |
        	some list in ["initContainers", "containers", "ephemeralContainers"]
        	some c in object.get(pod, list, [])
        	not c.name in exempt_containers
        ]

        # Debugging containers have no resources of their own.
        running := [c |
        	some list in ["initContainers", "containers"]
        	some c in object.get(pod, list, [])
        	not c.name in exempt_containers
        ]

        # What a container says about its security, or its pod where the container says nothing.
        security(c, member) := value if {
        	context := object.get(pod, "securityContext", {})
        	value := object.get(object.get(c, "securityContext", {}), member, object.get(context, member, "none"))
        }

        found(c, text) := {"msg": concat("", ["container '", c.name, "': ", text])}

        listed(texts) := "nothing" if count(texts) == 0

        listed(texts) := concat(", ", texts) if count(texts) > 0

        # A pattern is a text, or the beginning of one and an asterisk.
        covers(pattern, text) if pattern == text

        covers(pattern, text) if {
        	endswith(pattern, "*")
        	startswith(text, trim_suffix(pattern, "*"))
        }

        covered(text, patterns) if {
        	some pattern in patterns
        	covers(pattern, text)
        }

        # Profiles have one name, whichever way an object says it.
        profile(context) := "runtime/default" if context.type == "RuntimeDefault"

        profile(context) := "unconfined" if context.type == "Unconfined"

        profile(context) := concat("", ["localhost/", object.get(context, "localhostProfile", "")]) if {
        	context.type == "Localhost"
        }

        namespace := object.get(metadata, "namespace", object.get(input.review, "namespace", ""))

        labels := object.get(metadata, "labels", {})

        names := [name |
        	some name in [
        		object.get(metadata, "name", ""),
        		object.get(labels, "otomi.io/service", ""),
        		object.get(labels, "otomi.io/job", ""),
        	]
        	name != ""
        ]

        exemptions := [exemption |
        	some exemption in object.get(input.parameters, "exemptions", [])
        	covers(exemption.namespace, namespace)
        	object.get(exemption, "kind", resource.kind) == resource.kind
        	is_named(object.get(exemption, "name", "*"))
        ]

        is_named(pattern) if pattern == "*"

        is_named(pattern) if {
        	some name in names
        	covers(pattern, name)
        }

        is_exempt if {
        	some exemption in exemptions
        	not exemption.container
        }

        exempt_containers := [exemption.container | some exemption in exemptions]

        """
}
