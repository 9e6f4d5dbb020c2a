import JSON

/// What a job's document says.
struct JobSpec: Spec {
    /// When the job runs.
    enum Trigger {
        /// Once for every version of its spec.
        case specChange
        /// Once for every revision of the values.
        case revision
        /// By the clock.
        case schedule(String)
    }

    let trigger: Trigger
    let enabled: Bool
    let container: ScriptedContainer
    let initContainers: [ScriptedContainer]
    let ttlSecondsAfterFinished: Int?
    let annotations: [String: String]
    let podSecurityContext: JSONValue?

    init(json: JSONValue) throws(JSONError) {
        switch try json.optional("type", as: String.self) ?? "Job" {
        case "Job": trigger = try json.optional("runPolicy") == "Always" ? .revision : .specChange
        case "CronJob": trigger = .schedule(try json.optional("schedule") ?? "0 1 * * *")
        default: throw JSONError("\"Job\" or \"CronJob\" is expected", at: JSONPointer(["type"]))
        }
        enabled = try json.optional("enabled") ?? true
        let container = try ScriptedContainer(json: json)
        self.container = container
        initContainers = try json.specs("init", as: ScriptedContainer.self).map { $0.running(in: container.shell) }
        ttlSecondsAfterFinished = try json.optional("ttlSecondsAfterFinished")
        annotations = try json.textMap("annotations")
        podSecurityContext = try json.optional("podSecurityContext")
    }
}

/// A container that runs a script, or a command of its own when there is none.
struct ScriptedContainer: Spec {
    let container: ContainerSpec
    let script: String?
    private(set) var shell: String

    init(json: JSONValue) throws(JSONError) {
        container = try ContainerSpec(json: json)
        script = try json.optional("script")
        shell = try json.optional("shell") ?? "/bin/sh"
    }

    /// The same container with its script in another shell: init containers share that of their job.
    func running(in shell: String) -> ScriptedContainer {
        var copy = self
        copy.shell = shell
        return copy
    }

    /// What the container starts; empty is what its image starts.
    var command: [String] {
        if let script { [shell, "-c", script] } else { container.command }
    }
}
