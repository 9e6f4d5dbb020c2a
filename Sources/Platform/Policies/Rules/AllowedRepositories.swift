import JSON

/// Images from elsewhere than the allowed registries and repositories.
///
/// A prefix ends where a name does: `harbor.example` allows `harbor.example/team/app`, not `harbor.example.evil.org/app`.
struct AllowedRepositories: PolicyRule {
    static let name = "psp-allowed-repos"
    static let constraintKind = "PspAllowedRepos"
    static let title = "Images come from allowed repositories"
    static let parameterSchema: [String: JSONValue] = ["repos": ParameterSchema.texts]

    let repos: [String]

    init(json: JSONValue) throws(JSONError) {
        repos = try json.texts("repos")
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        workload.containers.compactMap { container in
            let image = container.json["image"]?.stringValue ?? ""
            guard !allow(image) else { return nil }
            return PolicyFinding(
                container,
                ["image", "repository"],
                "image '\(image)' comes from none of the allowed repositories: \(repos.listed)"
            )
        }
    }

    private func allow(_ image: String) -> Bool {
        repos.contains { repo in
            guard image.hasPrefix(repo) else { return false }
            guard !repo.hasSuffix("/"), let next = image.dropFirst(repo.count).first else { return true }
            return "/:@".contains(next)
        }
    }

    func loosenings(of platform: AllowedRepositories) -> [Loosening] {
        repos.enumerated().filter { !platform.allow($1) }.map { index, repo in
            Loosening(
                at: ["repos", String(index)],
                "'\(repo)' is in none of the allowed repositories: \(platform.repos.listed)"
            )
        }
    }

    var conditions: [PolicyCondition] {
        let parts = repos.map { CEL.literal($0) + ($0.hasSuffix("/") ? "" : "($|[/:@])") }
        let pattern = CEL.text("^(\(parts.joined(separator: "|")))")
        return [
            PolicyCondition(
                expression: repos.isEmpty
                    ? "variables.containers.all(c, false)"
                    : "variables.containers.all(c, c.image.matches(\(pattern)))",
                message: "allowed image repositories: \(repos.listed)"
            )
        ]
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	some c in otomi.containers
        	image := object.get(c, "image", "")
        	not allowed(image)
        	repos := otomi.listed(input.parameters.repos)
        	text := concat("", ["image '", image, "' comes from none of the allowed repositories: ", repos])
        }

        allowed(image) if {
        	some repo in input.parameters.repos
        	startswith(image, repo)
        	ends(repo, trim_prefix(image, repo))
        }

        # A prefix ends where a name does.
        ends(repo, _) if endswith(repo, "/")

        ends(_, rest) if rest == ""

        ends(_, rest) if regex.match("^[/:@]", rest)
        """
}
