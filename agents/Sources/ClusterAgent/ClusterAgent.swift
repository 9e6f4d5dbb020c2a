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
        let ground = try AgentGround(configuration, environment: environment, logger: logger)
        let enrolled = try await Enrolment(
            state: ground.state,
            mirror: ground.mirror,
            cluster: ground.cluster,
            configuration: configuration,
            environment: environment,
            bootID: ground.bootID,
            logger: logger
        ).result(connect: connect)
        let parts = try AgentParts(
            enrolled,
            on: ground,
            configuration: configuration,
            status: status,
            environment: environment,
            logger: logger,
            connect: connect
        )
        await status.begin(
            AgentStatus.Parts(
                reconciler: parts.reconciler,
                follower: parts.follower,
                reporter: parts.reporter,
                cluster: ground.cluster
            )
        )
        await withTaskGroup { group in
            group.addTask {
                await PassLoop(reconciler: parts.reconciler, environment: environment, logger: logger).run()
            }
            await whileRunning(stop, parts, ground.mirror, status.pulse, as: enrolled.identity)
            await parts.reconciler.stop()
            await group.waitForAll()
        }
        await keepAll(parts, ground)
        await ground.cluster.shutDown()
    }

    /// Leaves behind what the next start goes on with.
    private func keepAll(_ parts: AgentParts, _ ground: AgentGround) async {
        await parts.reporter.flush()
        await parts.reconciler.keepRecords()
        _ = await ground.mirror.write()
        try? await ground.state.sync()
    }

    /// Everything that may be broken off at any moment.
    private func whileRunning(
        _ stop: Signal,
        _ parts: AgentParts,
        _ mirror: StateMirror,
        _ pulse: AgentPulse,
        as identity: AgentIdentity
    ) async {
        let reconciler = parts.reconciler
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await stop.wait(after: 0) }
            group.addTask {
                await FollowLoop(
                    follower: parts.follower,
                    reconciler: reconciler,
                    environment: environment,
                    wait: configuration.pollWait,
                    logger: logger
                ).run()
            }
            group.addTask { await parts.reporter.run() }
            group.addTask {
                // One that has nothing to do any more does not end the others.
                await withTaskGroup { group in
                    group.addTask { await parts.rotation.run(identity) }
                    group.addTask { await parts.trials.run() }
                    await group.waitForAll()
                }
            }
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
