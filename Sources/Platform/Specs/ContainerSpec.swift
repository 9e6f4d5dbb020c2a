import JSON

/// A container as people write it, for a Knative service, a job or one of a job's init containers.
struct ContainerSpec: Spec {
    let image: ImageSpec
    /// `limits` and `requests`, as Kubernetes has them.
    let resources: JSONValue?
    let env: [String: String]
    /// Generic secrets of the team, every entry of which becomes an environment variable.
    let secrets: [String]
    /// Variable → the entry of a secret that fills it.
    let secretEnv: [String: SecretKeySpec]
    /// Absolute folder → secret of the team.
    let secretMounts: [String: String]
    /// Absolute path → text.
    let files: [String: String]
    let command: [String]
    let args: [String]
    let securityContext: JSONValue?

    init(json: JSONValue) throws(JSONError) {
        guard let image = try json.spec("image", as: ImageSpec.self) else {
            throw JSONError("is required", at: JSONPointer(["image"]))
        }
        self.image = image
        resources = try json.optional("resources")
        env = try json.textMap("env")
        secrets = try json.texts("secrets")
        secretEnv = try json.specMap("secretEnv")
        secretMounts = try json.textMap("secretMounts")
        files = try json.textMap("files")
        command = try json.texts("command")
        args = try json.texts("args")
        securityContext = try json.optional("securityContext")
    }
}

/// One entry of a secret of the team.
struct SecretKeySpec: Spec {
    let secret: String
    let key: String

    init(json: JSONValue) throws(JSONError) {
        secret = try json.required("secret")
        key = try json.required("key")
    }
}

/// Where a container's image comes from.
struct ImageSpec: Spec {
    let repository: String
    let tag: String
    let pullPolicy: String

    init(json: JSONValue) throws(JSONError) {
        repository = try json.required("repository")
        tag = try json.optional("tag") ?? "latest"
        pullPolicy = try json.optional("pullPolicy") ?? "IfNotPresent"
    }

    /// `repository:tag`, or `repository@sha256:…` when the tag is a digest.
    var reference: String { tag.hasPrefix("sha256:") ? "\(repository)@\(tag)" : "\(repository):\(tag)" }
}
