import AgentTestSupport

/// What happens to an agent and its cluster in the course of a day.
enum SoakFault: CaseIterable {
    /// Nothing at all.
    case quiet
    /// The bundle changes some objects and gains some.
    case change
    /// A layer leaves the bundle, and a person confirms it.
    case removal
    /// Somebody edits a managed object.
    case edit
    /// Somebody deletes managed objects.
    case deletion
    /// The API server's connections break.
    case serverCut
    /// The API server is away for some minutes.
    case serverAway
    /// Its answers break off.
    case serverTruncates
    /// The hub's connections break.
    case hubCut
    /// The hub is away for some minutes.
    case hubAway
    /// The hub stops answering with connections open.
    case hubSilent
    /// The agent is stopped and started again.
    case restart
    /// The agent's directory is lost, and it is started again.
    case lostState
}
