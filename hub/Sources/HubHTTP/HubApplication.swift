package import Concurrency
import HTTPTypes
package import HubEvents
package import HubSignOn
package import HubStore
package import Hummingbird
import HummingbirdCore
import Installation
package import Logging
package import Observability
package import ServiceLifecycle

/// The hub's HTTP server: its routes for people, for agents and for orchestrators.
package struct HubApplication {
    private let store: HubStore
    private let events: StoreEvents
    private let metrics: MetricsRegistry
    private let clock: WallClock
    private let logger: Logger
    private let presence: AgentPresence
    private let judge: ClusterJudge
    private let live: LiveRequests
    /// The newest events, for all who wait on this replica.
    package let feed: EventFeed
    private let address: PublicAddress
    private let agentImage: String
    private let signOn: RelyingParty?
    private let settings: ServerSettings
    private let allowsGitFolders: Bool
    private let recovery: RecoveryWatch

    /// - Parameters:
    ///   - store: what the hub knows.
    ///   - events: hints at what changed.
    ///   - metrics: where the server counts.
    ///   - logger: where the server logs.
    ///   - publicURL: the address that agents reach the hub at; `nil` takes the one that the operator does.
    ///   - agentImage: the image that clusters' agents are installed from.
    ///   - signOn: the identity provider that people sign in at; `nil` when there are local accounts alone.
    ///   - settings: how the hub meets the network.
    ///   - allowsGitFolders: whether the values may be mirrored to a folder of the hub's own machine.
    ///   - clock: where the time comes from.
    package init(
        store: HubStore,
        events: StoreEvents,
        metrics: MetricsRegistry,
        logger: Logger,
        publicURL: String? = nil,
        agentImage: String = AgentInstallation.defaultImage,
        signOn: RelyingParty? = nil,
        settings: ServerSettings = ServerSettings(),
        allowsGitFolders: Bool = false,
        clock: @escaping WallClock = UnixTime.now
    ) {
        self.store = store
        self.events = events
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
        self.agentImage = agentImage
        self.signOn = signOn
        self.settings = settings
        self.allowsGitFolders = allowsGitFolders
        address = PublicAddress(configured: publicURL, isEncrypted: settings.tls != nil, pin: settings.pin)
        judge = ClusterJudge(clock: clock)
        presence = AgentPresence(store: store, clock: clock, logger: logger)
        live = LiveRequests(store: store, events: events, logger: logger)
        recovery = RecoveryWatch(store: store, metrics: metrics, logger: logger)
        feed = EventFeed(store: store, events: events, logger: logger)
    }

    /// What must run beside the server.
    package var services: [any Service] {
        [
            presence,
            live,
            FleetWatch(store: store, events: events, judge: judge, logger: logger),
            recovery,
            feed,
            EventCare(store: store, logger: logger),
            RevocationScan(store: store, events: events, clock: clock, logger: logger),
            SecretRenewal(store: store, events: events, metrics: metrics, logger: logger),
        ]
    }

    /// Compares what agents have reported with what is stored, as it happens by itself every few seconds.
    package func lookForRestore() async { await recovery.look() }

    /// The server on `address`; `onReady` is called with the port once it listens.
    package func server(
        on address: BindAddress,
        onReady: @escaping @Sendable (_ port: Int?) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let answering = Answering(router: router.buildResponder())
        return Application(
            responder: answering,
            server: HTTPServerBuilder { _ in channel(responder(answering)) },
            configuration: ApplicationConfiguration(address: address, backlog: 4_096),
            onServerRunning: { channel in await onReady(channel.localAddress?.port) },
            logger: logger
        )
    }

    /// Answers the requests of connections.
    private func responder(_ answering: Answering<some HTTPResponder<HubContext>>) -> HubConnection.Responder {
        let date = AnswerDate(clock: clock)
        return { [logger, self] request, channel, exchange, writer in
            var logger = logger
            logger[metadataKey: HubContext.requestIDKey] = .stringConvertible(RequestID())
            let context = HubContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            await answering.answer(request, context, in: exchange, to: sink(writer, date))
        }
    }

    /// Where the answer to a request goes.
    private func sink(_ writer: HubConnection.Writer, _ date: AnswerDate) -> AnswerSink {
        @Sendable func signed(_ response: Response) -> Response {
            var response = response
            response.headers.append(HTTPField(name: .date, value: date.now))
            response.headers.append(HTTPField(name: .server, value: "otomi-hub"))
            return response
        }
        return AnswerSink(
            send: { response in
                let response = signed(response)
                do { try await response.body.write(AnswerWriter(response, to: writer)) } catch { writer.fail() }
            },
            sendBare: { writer.writeBare(signed($0).head) }
        )
    }

    /// What every connection goes through.
    private func channel(_ responder: @escaping HubConnection.Responder) -> HubChannel {
        let refusals = metrics.counter(
            "otomi_hub_connections_refused_total",
            help: "Connections that were not taken or not kept, by reason."
        )
        let limits = settings.connections
        return HubChannel(
            limits: limits,
            census: ConnectionCensus(
                maximum: limits.maximum,
                perAddress: limits.perAddress,
                isExempt: { [proxies = settings.trustedProxies] in proxies.contains($0) }
            ),
            tls: settings.tls,
            onRefusal: { refusals.increment(("reason", $0.rawValue)) },
            responder: responder
        )
    }

    /// Every route with its middleware; tests drive it without a socket.
    package var router: Router<HubContext> {
        let router = Router(context: HubContext.self)
        router.add(middleware: RequestMetrics(metrics))
        router.add(middleware: SecurityHeaders(isEncrypted: settings.tls != nil))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: TargetLimit(bytes: settings.connections.targetBytes))
        router.add(middleware: CallerAddress(proxies: settings.trustedProxies))
        // Probes are answered whatever else goes on: no limit stands before them.
        HealthRoutes(store: store, metrics: metrics).add(to: router)
        router.add(middleware: AddressLimit(settings.rates, metrics: metrics, clock: clock))
        router.add(middleware: Admission(settings.admission, metrics: metrics))
        addAgentRoutes(to: router)
        addRoutesForPeople(to: router)
        addSignOn(to: router)
        return router
    }

    private func addSignOn(to router: Router<HubContext>) {
        let browsers = BrowserRequests(store: store, cookies: SessionCookie(address: address))
        SignOnRoutes(
            store: store,
            provider: signOn,
            address: address,
            browsers: browsers,
            attemptCookie: SessionCookie(address: address, suffix: "-sign-on")
        ).add(to: router)
        DeviceRoutes(store: store, provider: signOn, browsers: browsers, clock: clock).add(to: router)
        DeviceTokenRoutes(store: store, address: address, browsers: browsers).add(to: router)
    }

    private func addAgentRoutes(to router: Router<HubContext>) {
        let enrolment = EnrolmentRoutes(store: store, clock: clock)
        enrolment.addOpen(to: router)
        let reads = AgentReads(store)
        let authentication = AgentAuthentication(
            store: store,
            reads: reads,
            events: events,
            clock: clock,
            metrics: metrics,
            logger: logger
        )
        let signed = router.group()
            .add(middleware: authentication)
            .add(middleware: IdentityLimit(settings.rates.agent, metrics: metrics, clock: clock))
        enrolment.addSigned(to: signed)
        MetadataRoutes(store: store, reads: reads, events: events, presence: presence, recovery: recovery)
            .add(to: signed)
        ReportRoutes(store: store, presence: presence, clock: clock).add(to: signed)
        TrialRoutes(store: store, presence: presence, clock: clock).add(to: signed)
    }

    private func addRoutesForPeople(to router: Router<HubContext>) {
        let cookies = SessionCookie(address: address)
        let routes = GuardedRoutes(
            router.group()
                .add(middleware: PersonAuthentication(store: store, cookies: cookies, live: live))
                .add(middleware: IdentityLimit(settings.rates.person, metrics: metrics, clock: clock)),
            refusals: RefusalLog(store: store, clock: clock)
        )
        let sessions = SessionRoutes(store: store, cookies: cookies)
        sessions.addOpen(to: router)
        sessions.add(to: routes)
        PeopleRoutes(store: store).add(to: routes)
        TokenRoutes(store: store).add(to: routes)
        PermissionRoutes(store: store).add(to: routes)
        AuditRoutes(store: store).add(to: routes)
        SecurityEventRoutes(store: store).add(to: routes)
        RecoveryRoutes(store: store).add(to: routes)
        TrustRoutes(store: store, clock: clock).add(to: routes)
        ContentRoutes(store: store, clock: clock).add(to: routes)
        DataKeyRoutes(store: store).add(to: routes)
        GitRoutes(store: store, allowsFolders: allowsGitFolders).add(to: routes)
        ClusterRoutes(store: store, address: address, judge: judge).add(to: routes)
        ClusterEditRoutes(store: store, judge: judge).add(to: routes)
        GroupRoutes(store: store).add(to: routes)
        PlacementRoutes(store: store, judge: judge).add(to: routes)
        AdmissionRoutes(store: store, address: address, judge: judge).add(to: routes)
        DirectiveRoutes(store: store, judge: judge).add(to: routes)
        let installation = InstallationRoutes(store: store, address: address, image: agentImage, clock: clock)
        installation.add(to: routes)
        installation.addOpen(to: router)
        ClusterValuesRoutes(store: store).add(to: routes)
        ObjectRoutes(store: store).add(to: routes)
        DocumentRoutes(store: store).add(to: routes)
        let commits = CommitCheck(store: store)
        let begun = BegunRollout(store: store, clock: clock)
        CommitRoutes(store: store, check: commits, begun: begun).add(to: routes)
        RolloutRoutes(store: store, clock: clock).add(to: routes)
        DraftRoutes(store: store, check: commits, begun: begun).add(to: routes)
        RestorationRoutes(store: store, check: commits, begun: begun).add(to: routes)
        TagRoutes(store: store).add(to: routes)
        RevisionRoutes(store: store).add(to: routes)
        PlanRoutes(store: store, clock: clock).add(to: routes)
        EventRoutes(store: store, feed: feed, limits: settings.events).add(to: routes)
        WebhookRoutes(store: store, clock: clock).add(to: routes)
        let instance = String(UInt64.random(in: .min ... .max), radix: 36)
        StatusRoutes(store: store, events: events, judge: judge, instance: instance).add(to: routes)
    }
}
