import JSON

/// An object that runs pods, as policies look at it.
struct Workload {
    /// The kinds that policies check, by API group.
    static let kinds: [(group: String, kinds: [String])] = [
        ("", ["Pod"]), ("apps", ["DaemonSet", "Deployment", "StatefulSet"]), ("batch", ["CronJob", "Job"]),
        ("serving.knative.dev", ["Service"]),
    ]

    /// A container and where the pod lists it.
    struct Container: Hashable {
        let list: String
        let index: Int
        let json: JSONValue

        var name: String { json["name"]?.stringValue ?? "" }
        /// Debugging containers have no resources of their own.
        var isEphemeral: Bool { list == "ephemeralContainers" }
    }

    let kind: String
    /// The names by which an exemption may call it: its own, and the document's that it was made of.
    let names: [String]
    /// The annotations of the pod.
    let annotations: [String: String]
    /// `spec` of the pod.
    let pod: JSONValue
    private(set) var containers: [Container]

    /// Whether objects of a kind of this name may run pods.
    static func isKind(_ name: String) -> Bool { kinds.contains { $0.kinds.contains(name) } }

    /// `nil` when the object runs no pods.
    init?(_ object: JSONValue) {
        guard let kind = object["kind"]?.stringValue, let template = Self.template(of: object, kind),
            let pod = template["spec"], pod.objectValue != nil
        else { return nil }
        self.kind = kind
        let metadata = object["metadata"] ?? .object([:])
        let names = [
            metadata["name"], metadata["labels"]?["otomi.io/service"], metadata["labels"]?["otomi.io/job"],
        ]
        self.names = names.compactMap { $0?.stringValue }
        annotations = (template["metadata"]?["annotations"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        self.pod = pod
        containers = ["initContainers", "containers", "ephemeralContainers"].flatMap { list in
            (pod[list]?.arrayValue ?? []).enumerated().map { Container(list: list, index: $0, json: $1) }
        }
    }

    /// The pod's template; a pod is its own.
    ///
    /// Other groups have a kind `Service` too, which runs nothing.
    private static func template(of object: JSONValue, _ kind: String) -> JSONValue? {
        let apiVersion = object["apiVersion"]?.stringValue ?? ""
        let group = apiVersion.contains("/") ? apiVersion.prefix { $0 != "/" } : ""
        guard kinds.contains(where: { $0.group == group && $0.kinds.contains(kind) }) else { return nil }
        switch kind {
        case "Pod": return object
        case "CronJob": return object["spec"]?["jobTemplate"]?["spec"]?["template"]
        default: return object["spec"]?["template"]
        }
    }

    /// The workload with those of its containers that `isIncluded` accepts.
    func filter(_ isIncluded: (Container) -> Bool) -> Workload {
        var copy = self
        copy.containers = containers.filter(isIncluded)
        return copy
    }

    /// A member of a container's security context, or of the pod's where the container does not say.
    func security(_ member: String, of container: Container) -> JSONValue? {
        Self.said(container.json["securityContext"]?[member]) ?? Self.said(pod["securityContext"]?[member])
    }

    private static func said(_ value: JSONValue?) -> JSONValue? {
        value.flatMap { $0.isNull ? nil : $0 }
    }
}
