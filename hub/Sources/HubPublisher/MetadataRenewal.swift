import Bundles
import Concurrency
import HubStore
import Logging
import Observability

/// Looks after what is out: signs metadata anew well before it expires, so that only a withheld or dead hub looks frozen to
/// an agent; signs everything anew after a new root; and clears away layers that nobody needs any more.
struct MetadataRenewal: Sendable {
    /// How many clusters are renewed in one go.
    private static let batch = 500

    let store: HubStore
    let current: CurrentTrust
    let metrics: PublisherMetrics
    let logger: Logger
    let clock: WallClock

    /// Signs what is due; returns for how many clusters.
    @discardableResult
    func renew() async throws -> Int {
        let now = clock()
        try await current.refresh()
        if let root = try current.value.renewedRoot(now: now) {
            await publish(root)
            try await current.refresh()
        }
        let trust = current.value
        var renewed = 0
        let due = try await store.publicationsToRenew(
            expiringBefore: now.seconds + trust.lifetimes.timestamp / 2,
            signedBeforeRoot: trust.rootMetadata.version,
            limit: Self.batch
        )
        for state in due {
            do {
                try await renew(state, trust, now: now.seconds)
                renewed += 1
                metrics.publications.increment(("outcome", "resigned"))
            } catch let error as StoreError where error.code == .stale {
                // It was published or re-signed meanwhile, which serves as well.
                continue
            } catch {
                logger.error(
                    "a cluster's metadata could not be signed anew, trying again",
                    metadata: ["cluster": "\(state.cluster.name)", "error": "\(error)"]
                )
            }
        }
        return renewed
    }

    /// Clears away layers that no recent bundle names any more; otherwise every change would be kept for ever.
    func clearLayers() async throws {
        let count = try await store.clearLayers()
        if count > 0 { logger.debug("unused layers cleared away", metadata: ["count": "\(count)"]) }
    }

    private func publish(_ root: (version: Int64, bytes: [UInt8])) async {
        do {
            try await store.addRoot(version: root.version, bytes: root.bytes)
            logger.notice("root of trust signed anew", metadata: ["version": "\(root.version)"])
        } catch let error as StoreError where error.code == .stale {
            // Another replica signed it, and it is not due any more; or a draft stands in its way, and this is said again.
            logger.warning(
                "the root of trust was not signed anew: sign or discard the draft that waits (otomi trust show)",
                metadata: ["version": "\(root.version)"]
            )
        } catch {
            logger.error("the root of trust could not be signed anew", metadata: ["error": "\(error)"])
        }
    }

    private func renew(_ state: PublicationState, _ trust: FleetTrust, now: Int64) async throws {
        let cluster = state.cluster
        guard let targets = try await store.targets(of: cluster) else { return }
        let version = state.nextTimestampVersion
        let snapshot = try await store.snapshot(of: cluster)
        guard !state.isBelowFloor, !trust.lifetimes.isDue(.targets, expires: targets.content.expires, now: now),
            trust.hasSigned(targets.file, .targets), trust.hasSigned(snapshot, .snapshot)
        else {
            return try await publishAgain(state, Bundle(targets.content), trust, timestampVersion: version, now: now)
        }
        let timestamp = try trust.signer.timestamp(
            cluster: cluster.binding,
            snapshot: MetadataFile(version: cluster.generation, bytes: snapshot.bytes),
            version: version,
            now: now,
            audit: try await store.auditHead()
        )
        try await store.refreshTimestamp(
            clusterID: cluster.id,
            expectedVersion: state.timestampVersion,
            version: version,
            expires: now + trust.lifetimes.timestamp,
            rootVersion: trust.rootMetadata.version,
            bytes: timestamp
        )
    }

    /// The same layers in a new generation: targets and snapshot of one version never change.
    private func publishAgain(
        _ state: PublicationState,
        _ previous: Bundle,
        _ trust: FleetTrust,
        timestampVersion: Int64,
        now: Int64
    ) async throws {
        try await store.publish(
            try Publication(
                repeating: previous.repeated(with: previous.directives).raised(above: state.floors.generation),
                after: state,
                trust: trust,
                content: try await trust.content(store),
                timestampVersion: timestampVersion,
                now: now,
                audit: try await store.auditHead()
            )
        )
    }
}
