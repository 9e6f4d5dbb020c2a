import Concurrency
import HTTPTransport
import JSON
import Kubernetes

/// Looks at everything the agent needs, changes nothing, and says what is wrong.
struct Diagnosis: Sendable {
    /// How long one question may take.
    static let patience = Duration.seconds(10)

    let configuration: AgentConfiguration
    let environment: AgentEnvironment
    /// What the state directory holds; read first, since the hub's part needs the keys.
    let state: StateSurvey

    init(_ configuration: AgentConfiguration, environment: AgentEnvironment = .system) {
        self.configuration = configuration
        self.environment = environment
        state = StateSurvey(path: configuration.stateDirectory)
    }

    /// Looks at all parts at once.
    func findings() async -> [Finding] {
        async let hub = hubFindings()
        async let cluster = clusterFindings()
        return await hub + cluster + stateFindings()
    }

    /// Prints the findings: one line each, or one JSON document.
    ///
    /// - Returns: whether nothing fails.
    func print(as output: AgentArguments.Output) async -> Bool {
        let findings = await findings()
        let isGood = findings.allSatisfy { $0.verdict != .fail }
        switch output {
        case .text: for finding in findings { Swift.print(finding.line) }
        case .json: Swift.print(JSONValue.members(["ok": isGood, "findings": findings]).compactText)
        }
        return isGood
    }
}
