/// The kinds of faults that a run can bring on agents.
package enum FaultKind: String, CaseIterable, Sendable {
    /// Every third request loses its connection.
    case drop
    /// Requests are sent late.
    case delay
    /// The API server takes no layer.
    case refuse
    /// An object does not become healthy.
    case unhealthy
    /// The agent says nothing.
    case silent
    /// The agent ends and starts again, with a new boot.
    case restart
    /// The agent's clock is half a minute ahead.
    case skew
    /// Applying takes seconds.
    case slow

    /// What is wrong with an agent that it is brought on.
    var faults: AgentFaults {
        var faults = AgentFaults()
        switch self {
        case .drop: faults.droppedPercent = 33
        case .delay: faults.delay = .milliseconds(300)
        case .refuse: faults.refusesLayers = true
        case .unhealthy: faults.unhealthyObject = "*"
        case .silent: faults.isSilent = true
        case .restart: break
        case .skew: faults.clockSkew = 30
        case .slow: faults.applyTime = .seconds(2)
        }
        return faults
    }
}
