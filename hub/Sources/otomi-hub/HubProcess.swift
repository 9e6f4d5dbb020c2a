import Concurrency
import Glibc
import HTTPTransport
import Heap
import HubEvents
import HubHTTP
import HubPublisher
import HubRollouts
import HubStore
import Hummingbird
import Logging
import Observability
import Postgres
import ServiceLifecycle
import UnixSignals

/// Puts the hub together and runs it: database, store, publisher, server, in this order, and back at the end.
struct HubProcess {
    let directory: DataDirectory
    let listen: ListenAddress
    let secretsKey: SecretsKeyOptions
    let network: NetworkOptions
    let databaseURL: String?
    let publicURL: String?
    let agentImage: String
    let signOn: SignOnOptions
    let agentPolicy: AgentPolicy
    let git: GitOptions

    private static let logger = Logger(label: "otomi.hub")

    func run() async throws {
        if !ProcessHeap.giveBackFreeMemory() { Self.logger.warning("what memory becomes free stays with the process") }
        guard let databaseURL else {
            let server = PrivateServer(directory: directory.path, logger: Self.logger)
            let configuration = try await server.start()
            let result = await withTaskGroup(of: Void.self) { group -> Result<Void, any Error> in
                group.addTask { await server.keepRunning() }
                defer { group.cancelAll() }
                do { return .success(try await run(on: configuration)) } catch { return .failure(error) }
            }
            await server.stop()
            return try result.get()
        }
        try await run(on: PostgresConfiguration(url: databaseURL))
    }

    private func run(on configuration: PostgresConfiguration) async throws {
        let pool = PostgresPool(configuration: configuration, maximum: 16, logger: Self.logger)
        let result = await withTaskGroup(of: Void.self) { group -> Result<Void, any Error> in
            group.addTask { await pool.run() }
            defer { group.cancelAll() }
            let result: Result<Void, any Error>
            do {
                try await serve(try await openStore(pool), configuration)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await pool.close()
            return result
        }
        try result.get()
    }

    /// A store with its schema, its administrator's token and its keys in place; the first start makes them.
    private func openStore(_ pool: PostgresPool) async throws -> HubStore {
        try await HubStore.migrate(pool, logger: Self.logger)
        let key = try secretsKey.key(inFolder: directory.path)
        var store = try await HubStore.open(pool: pool, keyEncryptionKey: key)
        store.agentPolicy = agentPolicy
        let token: String
        if let existing = try directory.text(of: "admin-token") {
            token = existing
        } else {
            token = HubStore.makeToken()
            try directory.write(Array("\(token)\n".utf8), to: "admin-token", mode: 0o600)
        }
        try await store.bootstrapAdminToken(token)
        return store
    }

    private func serve(_ store: HubStore, _ configuration: PostgresConfiguration) async throws {
        let metrics = MetricsRegistry()
        let events = StoreEvents()
        let memory = MemoryKeeper(directory: directory, store: store, logger: Self.logger)
        let trust = try await trust(store, memory)
        let front = try NetworkFront(
            network,
            listen: listen,
            publicURL: publicURL,
            directory: directory,
            logger: Self.logger
        )
        if let pin = front.settings.pin { try directory.write(Array("\(pin)\n".utf8), to: "pin", mode: 0o644) }
        let application = HubApplication(
            store: store,
            events: events,
            metrics: metrics,
            logger: Self.logger,
            publicURL: publicURL,
            agentImage: agentImage,
            signOn: try signOn.relyingParty(logger: Self.logger),
            settings: front.settings,
            allowsGitFolders: git.allowsFolders
        )
        let workers: [any Service] = [
            Listener(events: events, configuration: configuration),
            Publisher(store: store, events: events, trust: trust, metrics: metrics, logger: Self.logger),
            RolloutEngine(store: store, events: events, metrics: metrics, logger: Self.logger),
            memory,
            git.service(store, events: events, folder: directory.file("git"), logger: Self.logger),
            try webhooks(store, application.feed, metrics),
        ]
        let directory = directory
        let server = application.server(on: .hostname(listen.host, port: listen.port)) { [listen] port in
            let url = "\(front.scheme)://\(ListenAddress(host: listen.host, port: port ?? listen.port))"
            Self.announce(url, in: directory)
        }
        var lifecycle = ServiceGroupConfiguration(
            services: workers + front.services + application.services + [server],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Self.logger
        )
        // One half-sent request must not keep the hub, and its database, from stopping.
        lifecycle.maximumGracefulShutdownDuration = .seconds(15)
        try await ServiceGroup(configuration: lifecycle).run()
    }

    /// What the fleet trusts, once it is known that the database is not older than what the hub itself remembers.
    private func trust(_ store: HubStore, _ memory: MemoryKeeper) async throws -> FleetTrust {
        try await RootCopy(directory: directory, store: store, logger: Self.logger).restore()
        let trust = try await FleetTrust.loadOrCreate(store)
        try await memory.compare()
        try directory.write(trust.root, to: "root.json", mode: 0o644)
        return trust
    }

    private func webhooks(_ store: HubStore, _ feed: EventFeed, _ metrics: MetricsRegistry) throws -> WebhookSender {
        WebhookSender(
            store: store,
            feed: feed,
            endpoint: WebhookEndpoint(
                client: try HTTPClient(configuration: WebhookEndpoint.configuration()),
                clock: UnixTime.now
            ),
            metrics: metrics,
            logger: Self.logger
        )
    }

    /// Says where the hub is: scripts read the first line of standard output, or the file `url`.
    private static func announce(_ url: String, in directory: DataDirectory) {
        do { try directory.write(Array("\(url)\n".utf8), to: "url", mode: 0o644) } catch {
            logger.warning("could not write the file url", metadata: ["error": "\(error)"])
        }
        let line = Array("\(url)\n".utf8)
        _ = Glibc.write(STDOUT_FILENO, line, line.count)
        logger.notice("listening", metadata: ["url": "\(url)"])
    }
}

/// Keeps the connection that listens for notifications of other replicas.
private struct Listener: Service {
    let events: StoreEvents
    let configuration: PostgresConfiguration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await events.run(configuration: configuration, logger: Logger(label: "otomi.hub.events"))
        }
    }
}
