package import Concurrency
package import HubPublisher
package import HubStore
package import Hummingbird
import Installation
package import Logging
package import Observability
package import ServiceLifecycle

/// Asks the publisher why a cluster's bundle stays as it is; `nil` when nothing blocks it.
package typealias BlockedClusters = @Sendable (_ clusterID: String) -> BlockedPublication?

/// The hub's HTTP server: its routes for people, for agents and for orchestrators.
package struct HubApplication {
    private let store: HubStore
    private let events: StoreEvents
    private let metrics: MetricsRegistry
    private let blocked: BlockedClusters
    private let clock: WallClock
    private let logger: Logger
    private let presence: AgentPresence
    private let address: PublicAddress
    private let agentImage: String

    /// - Parameters:
    ///   - store: what the hub knows.
    ///   - events: hints at what changed.
    ///   - metrics: where the server counts.
    ///   - logger: where the server logs.
    ///   - publicURL: the address that agents reach the hub at; `nil` takes the one that the operator does.
    ///   - agentImage: the image that clusters' agents are installed from.
    ///   - blocked: asks the publisher what keeps a bundle back.
    ///   - clock: where the time comes from.
    package init(
        store: HubStore,
        events: StoreEvents,
        metrics: MetricsRegistry,
        logger: Logger,
        publicURL: String? = nil,
        agentImage: String = AgentInstallation.defaultImage,
        blocked: @escaping BlockedClusters,
        clock: @escaping WallClock = UnixTime.now
    ) {
        self.store = store
        self.events = events
        self.metrics = metrics
        self.blocked = blocked
        self.clock = clock
        self.logger = logger
        self.agentImage = agentImage
        address = PublicAddress(configured: publicURL)
        presence = AgentPresence(store: store, clock: clock, logger: logger)
    }

    /// What must run beside the server.
    package var services: [any Service] { [presence] }

    /// The server on `address`; `onReady` is called with the port once it listens.
    package func server(
        on address: BindAddress,
        onReady: @escaping @Sendable (_ port: Int?) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: router,
            configuration: ApplicationConfiguration(address: address, serverName: "otomi-hub", backlog: 4_096),
            onServerRunning: { channel in await onReady(channel.localAddress?.port) },
            logger: logger
        )
    }

    /// Every route with its middleware; tests drive it without a socket.
    package var router: Router<HubContext> {
        let router = Router(context: HubContext.self)
        router.add(middleware: RequestMetrics(metrics))
        router.add(middleware: ProblemMiddleware())
        HealthRoutes(store: store, metrics: metrics).add(to: router)
        addAgentRoutes(to: router)
        addRoutesForPeople(to: router)
        return router
    }

    private func addAgentRoutes(to router: Router<HubContext>) {
        let enrolment = EnrolmentRoutes(store: store, clock: clock)
        enrolment.addOpen(to: router)
        let signed = router.group()
            .add(middleware: AgentAuthentication(store: store, clock: clock, metrics: metrics))
        enrolment.addSigned(to: signed)
        MetadataRoutes(store: store, events: events, presence: presence).add(to: signed)
        ReportRoutes(store: store, presence: presence, clock: clock).add(to: signed)
    }

    private func addRoutesForPeople(to router: Router<HubContext>) {
        let group = router.group().add(middleware: BearerAuthentication(store: store))
        ClusterRoutes(store: store, blocked: blocked, address: address, clock: clock).add(to: group)
        DirectiveRoutes(store: store, blocked: blocked, clock: clock).add(to: group)
        let installation = InstallationRoutes(store: store, address: address, image: agentImage, clock: clock)
        installation.add(to: group)
        installation.addOpen(to: router)
        ClusterValuesRoutes(store: store).add(to: group)
        ObjectRoutes(store: store).add(to: group)
        DocumentRoutes(store: store).add(to: group)
        CommitRoutes(store: store).add(to: group)
        RevisionRoutes(store: store).add(to: group)
        TrustRoutes(store: store, clock: clock).add(to: group)
        ContentRoutes(store: store, clock: clock).add(to: group)
        let instance = String(UInt64.random(in: .min ... .max), radix: 36)
        StatusRoutes(store: store, events: events, blocked: blocked, clock: clock, instance: instance).add(to: group)
    }
}
