/// What is wrong with a simulated agent, its cluster, or the way to the hub.
package struct AgentFaults: Hashable, Sendable {
    /// How many of a hundred requests lose their connection before the answer.
    package var droppedPercent = 0
    /// How long every request waits before it is sent.
    package var delay: Duration = .zero
    /// Whether layers are refused, as by an API server that takes nothing.
    package var refusesLayers = false
    /// `KIND/NAME` of an object that does not become healthy; `*` takes any.
    package var unhealthyObject: String?
    /// Whether the agent says and asks nothing.
    package var isSilent = false
    /// How far the agent's clock is ahead, in seconds.
    package var clockSkew: Int64 = 0
    /// How long applying takes; the agent reports in between that it is on its way.
    package var applyTime: Duration = .zero

    package init() {}

    /// Nothing is wrong.
    package static let none = AgentFaults()
}
