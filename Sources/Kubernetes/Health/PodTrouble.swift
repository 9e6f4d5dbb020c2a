import JSON

/// Why a pod does not serve: the deepest cause that its own status names.
package struct PodTrouble: Hashable, Sendable {
    /// How much the cause explains; the more, the higher.
    package enum Depth: Int, Hashable, Comparable, Sendable {
        /// Something is awaited, and the pod does not say what: a volume, a network, a probe.
        case waiting
        /// The scheduler or the node says why.
        case placement
        /// A container says why.
        case container

        package static func < (left: Depth, right: Depth) -> Bool { left.rawValue < right.rawValue }
    }

    package let depth: Depth
    /// Whether it will not pass by itself.
    package let isHopeless: Bool
    /// One word, such as `ImagePullBackOff`.
    package let reason: String
    /// The container that says it; `nil` when it is the pod.
    package let container: String?
    /// One sentence without the container and the reason.
    package let detail: String

    /// Waiting reasons of a container that do not pass by themselves.
    private static let hopeless: Set = [
        "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName",
        "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
    ]

    private init(
        _ depth: Depth,
        isHopeless: Bool = false,
        _ reason: String,
        in container: String? = nil,
        _ detail: String
    ) {
        self.depth = depth
        self.isHopeless = isHopeless
        self.reason = reason
        self.container = container
        self.detail = detail
    }

    /// One sentence that names the container and leaves the reason out.
    var message: String { container.map { "container \($0): \(detail)" } ?? detail }

    /// Everything: `container app: ImagePullBackOff: Back-off pulling image …`.
    package var text: String {
        let text = detail.isEmpty ? reason : "\(reason): \(detail)"
        return container.map { "container \($0): \(text)" } ?? text
    }

    /// Reads the status of `pod`; `nil` when nothing is wrong with it, or it does not tell.
    package init?(of pod: KubernetesObject) {
        self.init(of: StatusView(pod))
    }

    init?(of view: StatusView) {
        let phase = view.statusText("phase")
        if phase == "Succeeded" || phase == "Running" && view.condition("Ready")?.isTrue == true { return nil }
        if let trouble = Self.containerTrouble(view) {
            self = trouble
            return
        }
        switch phase {
        case "Failed":
            let (reason, message) = (view.statusText("reason"), view.statusText("message"))
            self.init(
                .placement,
                isHopeless: true,
                reason.isEmpty ? "PodFailed" : reason,
                message.isEmpty ? "the pod failed" : message
            )
        case "Running":
            let detail = view.condition("Ready")?.message ?? ""
            self.init(.waiting, "PodRunningNotReady", detail.isEmpty ? "the pod is not ready" : detail)
        case "Pending":
            if let scheduled = view.condition("PodScheduled"), scheduled.isFalse {
                self.init(.placement, scheduled.word, scheduled.message)
            } else {
                self.init(.waiting, "PodPending", "the pod is not running yet")
            }
        default: return nil
        }
    }

    /// The first container that failed, or waits for something it will not get by itself; init containers come first.
    private static func containerTrouble(_ view: StatusView) -> PodTrouble? {
        for list in ["initContainerStatuses", "containerStatuses"] {
            for container in view.statusValue(list)?.arrayValue ?? [] {
                let name = container["name"]?.stringValue ?? ""
                let state = container["state"]
                if let waiting = state?["waiting"], let reason = waiting["reason"]?.stringValue,
                    hopeless.contains(reason)
                {
                    let detail = waiting["message"]?.stringValue ?? "no message"
                    let last = container["lastState"]?["terminated"].map { "; it \(ending($0))" } ?? ""
                    return PodTrouble(.container, isHopeless: true, reason, in: name, detail + last)
                }
                if let ended = state?["terminated"], ended["exitCode"]?.integerValue != 0 {
                    let reason = ended["reason"]?.stringValue ?? "ContainerFailed"
                    return PodTrouble(.container, reason, in: name, ending(ended))
                }
            }
        }
        return nil
    }

    private static func ending(_ terminated: JSONValue) -> String {
        let reason = terminated["reason"]?.stringValue ?? "Error"
        let code = terminated["exitCode"]?.integerValue ?? 0
        let message = terminated["message"]?.stringValue.map { ": \($0)" } ?? ""
        return "ended with \(reason), exit code \(code)\(message)"
    }
}
