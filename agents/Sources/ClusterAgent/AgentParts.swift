import Bundles
import Concurrency
import Logging

/// What an agent stands on before it has enrolled: its disk, its cluster, and who it is in this run.
struct AgentGround: Sendable {
    let state: StateDirectory
    let cluster: ClusterAPI
    let mirror: StateMirror
    let bootID: String

    init(_ configuration: AgentConfiguration, environment: AgentEnvironment, logger: Logger) throws {
        state = try StateDirectory(path: configuration.stateDirectory)
        cluster = try ClusterAPI(configuration.cluster, environment: environment)
        mirror = StateMirror(state: state, cluster: cluster, environment: environment, logger: logger)
        bootID = AgentBoot.makeID(using: environment)
    }
}

/// What an enrolled agent works with.
struct AgentParts: Sendable {
    let reconciler: Reconciler
    let follower: BundleFollower
    let reporter: Reporter
    let rotation: KeyRotation
    let trials: TrialLoop

    /// - Parameters:
    ///   - enrolled: who the agent is to its hub.
    ///   - ground: what it stands on.
    ///   - configuration: what it was started with.
    ///   - status: where what it does is counted.
    ///   - environment: where time and randomness come from.
    ///   - logger: where it logs.
    ///   - connect: opens the way to the hub for one who signs.
    /// - Throws: what `connect` throws.
    init(
        _ enrolled: Enrolment.Result,
        on ground: AgentGround,
        configuration: AgentConfiguration,
        status: AgentStatus,
        environment: AgentEnvironment,
        logger: Logger,
        connect: @escaping @Sendable (HubCredentials) throws -> any HubConnection
    ) throws {
        let way = SwitchedHub(try connect(enrolled.identity.credentials(bootID: ground.bootID)))
        let hub = status.metered(way)
        let layers = LayerStore(
            hub: hub,
            state: ground.state,
            sealingKeys: enrolled.identity.sealingKeys,
            clusterID: enrolled.enrolment.cluster.id,
            logger: logger
        )
        reconciler = Reconciler(
            cluster: ground.cluster,
            clusterUID: enrolled.enrolment.clusterUID,
            layers: layers,
            state: ground.state,
            environment: environment,
            logger: logger,
            metrics: status.metrics
        )
        follower = BundleFollower(
            hub: hub,
            state: ground.state,
            layers: layers,
            trusted: enrolled.trusted,
            trustChanged: ground.mirror.changed,
            environment: environment,
            logger: logger
        )
        reporter = Reporter(
            hub: hub,
            state: ground.state,
            reconciler: reconciler,
            bootID: ground.bootID,
            agentVersion: configuration.version,
            cluster: ground.cluster,
            environment: environment,
            logger: logger
        )
        rotation = KeyRotation(
            hub: way,
            connect: connect,
            state: ground.state,
            mirror: ground.mirror,
            layers: layers,
            environment: environment,
            bootID: ground.bootID,
            cluster: ground.cluster,
            agentVersion: configuration.version,
            logger: logger
        )
        trials = TrialLoop(reconciler: reconciler, layers: layers, hub: hub, environment: environment, logger: logger)
    }
}
