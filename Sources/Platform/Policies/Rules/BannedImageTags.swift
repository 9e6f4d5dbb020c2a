import JSON

/// Images without a tag, or with a listed one.
///
/// An image named by its digest needs no tag.
struct BannedImageTags: PolicyRule {
    static let name = "banned-image-tags"
    static let constraintKind = "BannedImageTags"
    static let title = "Images have a tag, and none that is banned"
    static let parameterSchema: [String: JSONValue] = ["tags": ParameterSchema.texts]
    static let additiveParameters: Set<String> = ["tags"]

    let tags: [String]

    init(json: JSONValue) throws(JSONError) {
        tags = try json.texts("tags")
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        workload.containers.compactMap { container in
            let image = container.json["image"]?.stringValue ?? ""
            guard let tag = Self.tag(of: image) else {
                guard !Self.hasDigest(image) else { return nil }
                return PolicyFinding(container, ["image", "tag"], "image '\(image)' has no tag")
            }
            guard tags.contains(tag) else { return nil }
            return PolicyFinding(container, ["image", "tag"], "image '\(image)' has the banned tag '\(tag)'")
        }
    }

    /// What is said after the last slash; a colon before it is that of a registry's port.
    private static func lastPart(of image: String) -> Substring {
        image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    }

    private static func hasDigest(_ image: String) -> Bool { lastPart(of: image).contains("@") }

    private static func tag(of image: String) -> String? {
        let named = lastPart(of: image).prefix { $0 != "@" }
        let parts = named.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
    }

    func loosenings(of platform: BannedImageTags) -> [Loosening] { [] }

    var conditions: [PolicyCondition] {
        let named = PolicyCondition(
            expression: "variables.containers.all(c, c.image.matches('(:[^/:@]+(@[^/]*)?|@[^/]*)$'))",
            message: "every image needs a tag"
        )
        guard !tags.isEmpty else { return [named] }
        let pattern = CEL.text(":(\(tags.map(CEL.literal).joined(separator: "|")))(@[^/]*)?$")
        return [
            named,
            PolicyCondition(
                expression: "variables.containers.all(c, !c.image.matches(\(pattern)))",
                message: "banned image tags: \(tags.listed)"
            ),
        ]
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	not tag(c)
        	not contains(last_part(c), "@")
        	text := concat("", ["image '", image(c), "' has no tag"])
        }

        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	banned := tag(c)
        	banned in input.parameters.tags
        	text := concat("", ["image '", image(c), "' has the banned tag '", banned, "'"])
        }

        image(c) := object.get(c, "image", "")

        last_part(c) := regex.find_n("[^/]*$", image(c), 1)[0]

        tag(c) := named if {
        	named := split(split(last_part(c), "@")[0], ":")[1]
        	named != ""
        }
        """
}
