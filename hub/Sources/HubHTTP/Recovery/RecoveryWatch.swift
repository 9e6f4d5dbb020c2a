import AgentProtocol
import Concurrency
import HubStore
import Logging
import Observability
import ServiceLifecycle
import Synchronization

/// Finds out that agents have seen more than the database knows: it was restored from a backup.
///
/// A poll says which timestamp and root the agent has, which costs a comparison; reports are compared in one query every few
/// seconds. While nothing is ahead and no recovery is open nothing is written.
final class RecoveryWatch: Service, Sendable {
    /// How often reports are compared with what is stored.
    static let interval: Duration = .seconds(10)
    /// How many clusters' claims are remembered; beyond it they are forgotten, and perhaps noted twice.
    private static let rememberedClaims = 20_000

    private struct State {
        var unheard: Set<String> = []
        /// The timestamp and the root of an agent's last claim, by cluster id: polls repeat it.
        var claims: [String: [Int64]] = [:]
    }

    private let store: HubStore
    private let logger: Logger
    private let clusters: Gauge
    private let isOpen: Gauge
    private let state = Mutex(State())

    init(store: HubStore, metrics: MetricsRegistry, logger: Logger) {
        self.store = store
        self.logger = logger
        clusters = metrics.gauge(
            "otomi_hub_recovery_clusters",
            help: "Clusters that a restored database restrains, by state: unheard, ahead, accepted, dismissed."
        )
        isOpen = metrics.gauge(
            "otomi_hub_recovery_open",
            help: "1 while the database is taken for restored from a backup and nobody has finished the recovery."
        )
    }

    /// Hears a poll of an agent, for which `stored` is what the database has.
    ///
    /// An agent with an older root than ours hears of that first: it may forget the timestamp that it has.
    ///
    /// - Throws: `StoreError`.
    func heard(_ agent: AgentIdentity, _ poll: AgentRoute.Poll, _ stored: MetadataVersions) async throws {
        let (timestamp, root) = (stored.timestamp, stored.root)
        let said = poll.root ?? root
        let isAhead = said >= root && (poll.after > timestamp || said > root)
        if isAhead {
            let claim = [poll.after, said, root]
            guard state.withLock({ $0.claims[agent.clusterID] != claim }) else { return }
            let seen = SeenCounters(timestamp: poll.after, root: said)
            let isNoted = try await store.note(seen, by: agent)
            state.withLock { state in
                if state.claims.count >= Self.rememberedClaims { state.claims.removeAll() }
                state.claims[agent.clusterID] = claim
                state.unheard.remove(agent.clusterID)
            }
            guard isNoted else { return }
            logger.error(
                "an agent has seen more than the database knows: was it restored from a backup?",
                metadata: [
                    "cluster": "\(agent.cluster)", "timestamp": "\(timestamp)", "seen": "\(poll.after)",
                    "root": "\(root)", "seenRoot": "\(said)",
                ]
            )
        } else if said >= root, state.withLock({ $0.unheard.contains(agent.clusterID) }) {
            try await store.noteHeard(clusterID: agent.clusterID)
            state.withLock { _ = $0.unheard.remove(agent.clusterID) }
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                await self.look()
            } while (try? await Task.sleep(for: Self.interval)) != nil
        }
    }

    /// Compares what agents have reported with what is stored, and learns who was not heard yet.
    func look() async {
        do {
            let noted = try await store.noteReportsAhead()
            if noted > 0 {
                logger.error(
                    "clusters report more than the database knows: was it restored from a backup?",
                    metadata: ["clusters": "\(noted)"]
                )
            }
            let counts = try await store.tidyRestrainedClusters()
            for kind in RestrainedCluster.State.allCases {
                clusters.set(Double(counts[kind] ?? 0), ("state", kind.rawValue))
            }
            let unheard = counts[.unheard] == nil ? [] : try await store.unheardClusters()
            state.withLock { state in
                state.unheard = unheard
                if counts[.ahead] == nil { state.claims.removeAll() }
            }
            isOpen.set(try await store.isInRecovery() ? 1 : 0)
        } catch {
            logger.debug("what agents have seen could not be compared", metadata: ["error": "\(error)"])
        }
    }
}
