/// What a name of some kind may look like.
///
/// Where the old core and the old API disagreed, the stricter rule holds: a name begins with a letter and has at least
/// two characters, because it becomes part of host names and object names.
package struct NameRule: Sendable {
    package let pattern: String
    package let maximumLength: Int
    package let expectation: String
    private let compiled: Pattern?

    /// Teams: 58 characters, because `team-<name>` has to fit a namespace's 63.
    package static let team = NameRule(pattern: identifier, maximumLength: 58)
    /// Services, apps, policies.
    package static let identifier63 = NameRule(pattern: identifier, maximumLength: 63)
    /// Jobs: 52 characters, the limit that Kubernetes has for a CronJob.
    package static let job = NameRule(pattern: identifier, maximumLength: 52)
    /// Secrets: an RFC 1123 subdomain.
    package static let secret = NameRule(
        pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        maximumLength: 253,
        expectation: "lower case letters, digits, '-' and '.', beginning and ending with a letter or digit"
    )
    /// Clusters and groups: an RFC 1123 label.
    package static let cluster = NameRule(
        pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        maximumLength: 63,
        expectation: "lower case letters, digits and '-', beginning and ending with a letter or digit"
    )

    private static let identifier = "^[a-z][-a-z0-9]*[a-z0-9]$"

    private init(
        pattern: String,
        maximumLength: Int,
        expectation: String =
            "at least two of lower case letters, digits and '-', beginning with a letter and not ending with '-'"
    ) {
        self.pattern = pattern
        self.compiled = try? Pattern(pattern)
        self.maximumLength = maximumLength
        self.expectation = expectation
    }

    /// The rule for the names of `kind`.
    package static func of(_ kind: Kind) -> NameRule {
        switch kind {
        case .cluster, .group: .cluster
        case .settings, .app, .policy, .service: .identifier63
        case .team: .team
        case .job: .job
        case .secret: .secret
        }
    }

    package func accepts(_ name: String) -> Bool {
        name.utf8.count <= maximumLength && (compiled?.matches(name) ?? false)
    }
}
