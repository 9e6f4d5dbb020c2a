import Bundles
import Concurrency
import Foundation
import Glibc
import HubAPI
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Values

/// Many simulated agents in this process, each with a cluster of its own, on one group of event loops.
package final class SimulatedFleet: Sendable {
    package let hub: FleetHub
    package let tally = FleetTally()
    package let progress: FleetProgress
    private let world: AgentWorld
    private let capacity: Int
    private let members = Mutex<[SimulatedAgent]>([])
    private let added = Signal()

    /// How many clusters are added to the hub at once.
    private static let width = 16

    /// A fleet of `clusters` agents that are not there yet.
    ///
    /// - Throws: when the hub has not been started.
    package init(of clusters: Int, hub: FleetHub) async throws {
        self.hub = hub
        capacity = clusters
        progress = FleetProgress(agents: clusters)
        Self.raiseDescriptors(to: clusters * (hub.options.replicas + 1) + 256)
        var destinations: [AgentConnection.Destination] = []
        for url in await hub.urls {
            guard let scheme = url.firstRange(of: "://"), let colon = url.lastIndex(of: ":"),
                let port = Int(url[url.index(after: colon)...])
            else { throw FleetFailure("the hub says it listens at '\(url)', which is no address") }
            destinations.append(
                AgentConnection.Destination(
                    address: try SocketAddress(ipAddress: "127.0.0.1", port: port),
                    host: String(url[scheme.upperBound...]),
                    tls: try Self.tls(hub)
                )
            )
        }
        world = AgentWorld(
            group: MultiThreadedEventLoopGroup.singleton,
            destinations: destinations,
            tally: tally,
            progress: progress
        )
    }

    /// The agents that were added so far.
    package var agents: [SimulatedAgent] { members.withLock { $0 } }

    private static func tls(_ hub: FleetHub) throws -> NIOSSLContext? {
        guard hub.options.hasTLS else { return nil }
        var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
        // Real agents pin the key; here the cost of the channel is what counts, and all trust is in what is signed.
        configuration.certificateVerification = hub.options.agentsVerify ? .noHostnameVerification : .none
        return try NIOSSLContext(configuration: configuration)
    }

    /// Each connection of each agent is a descriptor.
    private static func raiseDescriptors(to count: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = rlim_t(count)
        guard limit.rlim_cur < wanted else { return }
        // Beyond the hard limit only where we may raise that as well.
        var raised = rlimit(rlim_cur: wanted, rlim_max: max(limit.rlim_max, wanted))
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) != 0 {
            raised = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
        }
    }

    // MARK: - Life

    /// Runs `body` while the agents run; they end with it.
    package func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.runAgents() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    private func runAgents() async {
        await withDiscardingTaskGroup { group in
            var started = 0
            var seen: UInt64 = 0
            while !Task.isCancelled {
                let agents = agents
                for agent in agents[started...] { group.addTask { await agent.run() } }
                started = agents.count
                seen = await added.wait(after: seen)
            }
            group.cancelAll()
        }
    }

    /// Adds every cluster to the hub, as an operator does; their agents enrol at once.
    package func enrol() async throws {
        let clients = try await makeClients()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<capacity {
                if number >= Self.width { try await group.next() }
                group.addTask { [clients] in try await self.add(number, clients[number % clients.count]) }
            }
            try await group.waitForAll()
        }
    }

    /// One token may ask so often; a large fleet is added with several.
    private func makeClients() async throws -> [HubClient] {
        let admin = try await hub.client()
        guard capacity > 500 else { return [admin] }
        var clients: [HubClient] = []
        for number in 0..<min(32, capacity / 300 + 1) {
            let request = NewTokenRequest(
                name: "fleet-\(number)",
                grant: RoleGrant(role: Role.platformAdmin.rawValue),
                isForMachine: true
            )
            clients.append(try await hub.client(token: try await admin.createToken(request).secret))
        }
        return clients
    }

    private func add(_ number: Int, _ client: HubClient) async throws {
        let profile = FleetValues.profiles[number % FleetValues.profiles.count]
        let name = "cluster-\(number)"
        let enrolment = try await client.addCluster(
            NewCluster(
                name: name,
                provider: profile.0,
                region: profile.1,
                labels: ["number": String(number), "tier": number % 10 == 0 ? "canary" : "production"],
                domain: "profile-\(number % FleetValues.profiles.count).example.org"
            )
        )
        let agent = SimulatedAgent(
            name,
            number: number,
            token: enrolment.token,
            source: try Self.source(number),
            world: world
        )
        members.withLock { $0.append(agent) }
        added.notify()
    }

    /// An address of the loopback network for each cluster, as each has one of its own in the world.
    private static func source(_ number: Int) throws -> SocketAddress {
        try SocketAddress(ipAddress: "127.1.\(number / 250 % 250 + 1).\(number % 250 + 1)", port: 0)
    }
}
