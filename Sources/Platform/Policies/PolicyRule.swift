import JSON

/// One of the policies: what it is called, what it takes, and what it says about a pod, in every language that asks it.
///
/// The rule is written three times: in Swift for what is compiled here, in Rego for Gatekeeper, and in CEL for Kyverno. One
/// table of examples runs through all of them, so that they cannot drift apart.
protocol PolicyRule: Spec {
    /// The name of the policy's document.
    static var name: String { get }
    /// The kind of Gatekeeper's constraints.
    static var constraintKind: String { get }
    static var title: String { get }
    /// The structural schema of the parameters, by member.
    static var parameterSchema: [String: JSONValue] { get }
    /// The lists that grow when a team adds to them; every other parameter of a team replaces the platform's.
    static var additiveParameters: Set<String> { get }
    /// The rules of the Rego package, after its imports.
    static var rego: String { get }

    /// What must be true of a pod; `pod`, `annotations` and `containers` are variables.
    var conditions: [PolicyCondition] { get }

    /// What the rule finds in a workload.
    func findings(in workload: Workload) -> [PolicyFinding]

    /// What this set of parameters allows that `platform` does not.
    func loosenings(of platform: Self) -> [Loosening]
}

extension PolicyRule {
    static var additiveParameters: Set<String> { [] }

    /// The members of a document that are this rule's parameters.
    static func parameters(of json: JSONValue) -> JSONValue {
        .object((json.objectValue ?? [:]).filter { parameterSchema[$0.key] != nil && !$0.value.isNull })
    }
}

/// A condition in CEL, and what is said when it does not hold.
struct PolicyCondition: Hashable {
    let expression: String
    let message: String
}

/// Something in a workload that a rule does not allow.
struct PolicyFinding: Hashable {
    /// The container; `nil`: the pod itself.
    let container: Workload.Container?
    /// The member of the container, or of the pod's `spec` or `metadata`.
    let field: [String]
    let message: String

    init(_ container: Workload.Container, _ field: [String], _ text: String) {
        self.container = container
        self.field = field
        message = "container '\(container.name)': \(text)"
    }

    init(pod field: [String], _ text: String) {
        container = nil
        self.field = field
        message = text
    }
}

/// A parameter that allows more than the platform does.
struct Loosening: Hashable {
    let place: [String]
    let message: String

    init(at place: [String], _ message: String) {
        self.place = place
        self.message = message
    }
}

/// Every policy there is, by name.
enum PolicyRules {
    static var all: [any PolicyRule.Type] {
        [
            BannedImageTags.self, ContainerLimits.self, AllowedRepositories.self, AllowedUsers.self,
            AppArmorProfiles.self, Capabilities.self, ForbiddenSysctls.self, HostFilesystem.self,
            HostNetworkingPorts.self, HostSecurity.self, PrivilegedContainers.self, SeccompProfiles.self,
            SELinuxOptions.self,
        ]
    }
}
