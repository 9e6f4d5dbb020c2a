import Concurrency
import NIOCore
import Synchronization

/// What the simulated agents of one process share: the way to the hubs, the layers' contents, and who counts.
final class AgentWorld: Sendable {
    let group: any EventLoopGroup
    let catalogue = LayerCatalogue()
    let tally: FleetTally
    let progress: FleetProgress
    private let destinations: Mutex<[AgentConnection.Destination]>

    init(
        group: any EventLoopGroup,
        destinations: [AgentConnection.Destination],
        tally: FleetTally,
        progress: FleetProgress
    ) {
        self.group = group
        self.tally = tally
        self.progress = progress
        self.destinations = Mutex(destinations)
    }

    /// How many replicas of the hub there are.
    var replicas: Int { destinations.withLock { $0.count } }

    func destination(_ replica: Int) -> AgentConnection.Destination { destinations.withLock { $0[replica] } }
}
