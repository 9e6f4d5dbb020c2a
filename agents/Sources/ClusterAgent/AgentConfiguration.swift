import AgentProtocol
package import HTTPTransport
package import Kubernetes

/// What the agent is started with.
package struct AgentConfiguration: Sendable {
    /// The hub's base URL, without a trailing slash.
    package var hub: String
    /// Whom the agent trusts to be the hub.
    package var hubTLS: TLSConfiguration = .system
    /// The one-time token; needed until the agent is enrolled.
    package var token: String?
    package var stateDirectory: String
    package var cluster: KubernetesConfiguration
    package var version: String
    /// How long one question for news is held open by the hub at most.
    package var pollWait: Duration = .seconds(AgentRoute.maximumWaitSeconds)
    /// How often an unreachable hub is tried at the enrolment before the agent gives up.
    package var enrolmentAttempts = 6
    /// How long an operator is waited for at the enrolment before the agent gives up.
    package var approvalPatience: Duration = .seconds(86_400)
    /// Where metrics and probes are served; `nil` for nowhere.
    package var listen: ListenAddress?

    package init(
        hub: String,
        token: String?,
        stateDirectory: String,
        cluster: KubernetesConfiguration,
        version: String
    ) {
        self.hub = hub
        self.token = token
        self.stateDirectory = stateDirectory
        self.cluster = cluster
        self.version = version
    }
}
