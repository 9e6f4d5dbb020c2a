import AgentProtocol
import Bundles
package import Concurrency
import Glibc
import Kubernetes
package import Logging

/// The agent of one cluster: enrols, follows the hub, applies, watches, reports, until it is told to stop.
package struct ClusterAgent: Sendable {
    private let configuration: AgentConfiguration
    private let environment: AgentEnvironment
    private let logger: Logger
    private let connect: @Sendable (HubCredentials) throws -> any HubConnection

    /// Makes an agent; `connect` opens the way to the hub for one who signs.
    package init(
        _ configuration: AgentConfiguration,
        environment: AgentEnvironment = .system,
        logger: Logger,
        connect: @escaping @Sendable (HubCredentials) throws -> any HubConnection
    ) {
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        self.connect = connect
    }

    /// Runs until `stop` is notified; what is under way then is finished.
    ///
    /// - Throws: an error whose text is one clear line, when the agent cannot start. Once it runs, it goes on whatever
    ///   becomes of the hub or the API server.
    package func run(until stop: Signal) async throws {
        let status = AgentStatus(version: configuration.version, environment: environment)
        guard let address = configuration.listen else { return try await work(until: stop, status) }
        let server = try StatusServer(address) { [pulse = status.pulse] in pulse.liveness }
        logger.info(
            "Metrics and probes are served",
            metadata: ["address": "\(address.host)", "port": "\(server.port)"]
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run { await status.answer($0) } }
            defer { group.cancelAll() }
            try await work(until: stop, status)
        }
    }

    private func work(until stop: Signal, _ status: AgentStatus) async throws {
        let state = try StateDirectory(path: configuration.stateDirectory)
        let bootID = AgentBoot.makeID(using: environment)
        let cluster = try ClusterAPI(configuration.cluster, environment: environment)
        let mirror = StateMirror(state: state, cluster: cluster, environment: environment, logger: logger)
        let enrolled = try await Enrolment(
            state: state,
            mirror: mirror,
            cluster: cluster,
            configuration: configuration,
            environment: environment,
            bootID: bootID,
            logger: logger
        ).result(connect: connect)
        let way = SwitchedHub(try connect(enrolled.identity.credentials(bootID: bootID)))
        let hub = status.metered(way)
        let layers = LayerStore(
            hub: hub,
            state: state,
            sealingKeys: enrolled.identity.sealingKeys,
            clusterID: enrolled.enrolment.cluster.id,
            logger: logger
        )
        let reconciler = Reconciler(
            cluster: cluster,
            clusterUID: enrolled.enrolment.clusterUID,
            layers: layers,
            state: state,
            environment: environment,
            logger: logger,
            metrics: status.metrics
        )
        let follower = BundleFollower(
            hub: hub,
            state: state,
            layers: layers,
            trusted: enrolled.trusted,
            trustChanged: mirror.changed,
            environment: environment,
            logger: logger
        )
        let reporter = Reporter(
            hub: hub,
            state: state,
            reconciler: reconciler,
            bootID: bootID,
            agentVersion: configuration.version,
            cluster: cluster,
            environment: environment,
            logger: logger
        )
        await status.begin(
            AgentStatus.Parts(reconciler: reconciler, follower: follower, reporter: reporter, cluster: cluster)
        )
        let rotation = KeyRotation(
            hub: way,
            connect: connect,
            state: state,
            mirror: mirror,
            layers: layers,
            environment: environment,
            bootID: bootID,
            cluster: cluster,
            agentVersion: configuration.version,
            logger: logger
        )
        let trials = TrialLoop(
            reconciler: reconciler,
            layers: layers,
            hub: hub,
            environment: environment,
            logger: logger
        )
        await withTaskGroup { group in
            group.addTask { await PassLoop(reconciler: reconciler, environment: environment, logger: logger).run() }
            await whileRunning(stop, follower, reconciler, reporter, mirror, status.pulse) {
                await withTaskGroup { group in
                    group.addTask { await rotation.run(enrolled.identity) }
                    group.addTask { await trials.run() }
                    await group.waitForAll()
                }
            }
            await reconciler.stop()
            await group.waitForAll()
        }
        await keepAll(reporter, reconciler, mirror, state)
        await cluster.shutDown()
    }

    /// Leaves behind what the next start goes on with.
    private func keepAll(
        _ reporter: Reporter,
        _ reconciler: Reconciler,
        _ mirror: StateMirror,
        _ state: StateDirectory
    ) async {
        await reporter.flush()
        await reconciler.keepRecords()
        _ = await mirror.write()
        try? await state.sync()
    }

    /// Everything that may be broken off at any moment.
    private func whileRunning(
        _ stop: Signal,
        _ follower: BundleFollower,
        _ reconciler: Reconciler,
        _ reporter: Reporter,
        _ mirror: StateMirror,
        _ pulse: AgentPulse,
        rotating: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await stop.wait(after: 0) }
            group.addTask {
                await FollowLoop(
                    follower: follower,
                    reconciler: reconciler,
                    environment: environment,
                    wait: configuration.pollWait,
                    logger: logger
                ).run()
            }
            group.addTask { await reporter.run() }
            group.addTask { await rotating() }
            group.addTask { await mirror.run() }
            group.addTask { await DriftWatcher(reconciler: reconciler, environment: environment, logger: logger).run() }
            group.addTask { await HoldWatcher(reconciler: reconciler).run() }
            group.addTask { await HealthLoop(reconciler: reconciler, environment: environment).run() }
            group.addTask {
                await PulseLoop(reconciler: reconciler, pulse: pulse, environment: environment).run()
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// What tells one run of the agent from another.
enum AgentBoot {
    static func makeID(using environment: AgentEnvironment) -> String {
        var generator = environment.generator()
        return (0..<2).map { _ in String(generator.next() as UInt64, radix: 16) }.joined()
    }
}
