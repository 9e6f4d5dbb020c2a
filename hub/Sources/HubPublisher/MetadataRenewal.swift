import Bundles
import Concurrency
import HubStore
import Logging
import Observability

/// Looks after what is out: signs metadata anew well before it expires, so that only a withheld or dead hub looks frozen to
/// an agent, and clears away layers that nobody needs any more.
struct MetadataRenewal: Sendable {
    /// How many clusters are renewed in one go.
    private static let batch = 500

    let store: HubStore
    let trust: FleetTrust
    let metrics: PublisherMetrics
    let logger: Logger
    let clock: WallClock

    /// Signs what is due; returns for how many clusters.
    @discardableResult
    func renew() async throws -> Int {
        let now = clock()
        if let root = try trust.renewedRoot(now: now) { await publish(root) }
        var renewed = 0
        let dueBefore = now.seconds + trust.lifetimes.timestamp / 2
        for state in try await store.expiringTimestamps(before: dueBefore, limit: Self.batch)
        where state.cluster.agent != nil && state.cluster.revokedAt == nil {
            do {
                try await renew(state, now: now.seconds)
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
            // Another replica signed it; this one reads it at its next start.
            return
        } catch {
            logger.error("the root of trust could not be signed anew", metadata: ["error": "\(error)"])
        }
    }

    private func renew(_ state: PublicationState, now: Int64) async throws {
        let cluster = state.cluster
        guard let targets = try await store.targets(of: cluster) else { return }
        let version = state.timestampVersion + 1
        let expires = now + trust.lifetimes.timestamp
        if trust.lifetimes.isDue(.targets, expires: targets.expires, now: now) {
            try await publishAgain(state, targets, timestampVersion: version, now: now)
            return
        }
        let name = MetadataRole.snapshot.fileName(version: cluster.generation)
        guard let snapshot = try await store.metadata(clusterID: cluster.id, file: name) else {
            throw StoreError(.internal, "\(name) of the cluster '\(cluster.name)' is not stored")
        }
        let timestamp = try trust.signer.timestamp(
            cluster: cluster.binding,
            snapshot: MetadataFile(version: cluster.generation, bytes: snapshot),
            version: version,
            now: now,
            audit: try await store.auditHead()
        )
        try await store.refreshTimestamp(
            clusterID: cluster.id,
            expectedVersion: state.timestampVersion,
            version: version,
            expires: expires,
            bytes: timestamp
        )
    }

    /// The same layers in a new generation: targets and snapshot of one version never change.
    private func publishAgain(
        _ state: PublicationState,
        _ targets: TargetsMetadata,
        timestampVersion: Int64,
        now: Int64
    ) async throws {
        let previous = try Bundle(targets)
        try await store.publish(
            try Publication(
                repeating: previous.repeated(with: previous.directives),
                after: state,
                trust: trust,
                timestampVersion: timestampVersion,
                now: now,
                audit: try await store.auditHead()
            )
        )
    }
}
