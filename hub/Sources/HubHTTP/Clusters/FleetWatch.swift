package import Concurrency
package import HubStore
package import Logging
import ServiceLifecycle

/// Keeps how every cluster stands, and since when, in the store.
///
/// It looks at clusters of which something has changed, and now and then for those that fell silent or came back; of a fleet
/// at rest it reads nothing but a queue that is empty. Any number of replicas may watch: one at a time looks.
package struct FleetWatch: Service {
    /// The shortest time between two looks, so that a storm of reports is taken in batches.
    private static let pause: Duration = .seconds(1)
    /// How often silence is looked for.
    private static let interval: Duration = .seconds(5)
    /// How often desired revisions are compared although nobody told that one has moved.
    private static let comparison: Duration = .seconds(60)
    /// How much longer than a batch takes the watch rests after it, so that a storm leaves the hub to others.
    private static let rest = 4
    /// How many batches one look has at most.
    private static let maximumBatches = 1_000

    private let store: HubStore
    private let events: StoreEvents
    private let judge: ClusterJudge
    private let logger: Logger

    package init(store: HubStore, events: StoreEvents, clock: @escaping WallClock, logger: Logger) {
        self.init(store: store, events: events, judge: ClusterJudge(clock: clock), logger: logger)
    }

    init(store: HubStore, events: StoreEvents, judge: ClusterJudge, logger: Logger) {
        self.store = store
        self.events = events
        self.judge = judge
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var compared: (version: UInt64, at: ContinuousClock.Instant)?
            while !Task.isCancelled {
                let version = events.fleet.version
                let moves = events.moves.version
                let now = ContinuousClock.now
                let isComparing = compared.map { $0.version != moves || $0.at.duration(to: now) >= Self.comparison }
                if await look(comparingRevisions: isComparing ?? true, rests: true), isComparing ?? true {
                    compared = (moves, now)
                }
                guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
                _ = await events.fleet.waits(after: version, atMost: Self.interval)
            }
        }
    }

    /// Looks until nothing is left to look at.
    ///
    /// - Parameters:
    ///   - isComparing: also for clusters whose desired revision has moved, which only happens with a change of the fleet.
    ///   - rests: whether it leaves time to others between batches.
    /// - Returns: false when another replica was at it, or the store failed: then the next look has to see what this one should.
    @discardableResult
    package func look(comparingRevisions isComparing: Bool = true, rests: Bool = false) async -> Bool {
        do {
            let scope = HubStore.ReviewScope(silentBefore: judge.silentBefore, comparesRevisions: isComparing)
            var review = StandingReview(hasMore: true)
            for _ in 0..<Self.maximumBatches where review.hasMore {
                let begun = ContinuousClock.now
                review = try await store.reviewStandings(scope) { judge.standing(of: $0) }
                guard rests, review.hasMore else { continue }
                try await Task.sleep(for: begun.duration(to: .now) * Self.rest)
            }
            return !review.isElsewhere && !review.hasMore
        } catch is CancellationError {
            return false
        } catch {
            logger.warning("the states of clusters could not be reviewed", metadata: ["error": "\(error)"])
            return false
        }
    }
}
