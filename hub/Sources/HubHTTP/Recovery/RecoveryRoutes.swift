import Bundles
import Concurrency
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// What operators see of a database that was restored from a backup, and what they decide.
struct RecoveryRoutes {
    /// How long the reason of a recovery may be.
    static let maximumReasonBytes = 500

    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.recovery, .readRecovery, use: show)
        routes.get(.recoveryClusters, .readRecovery, use: list)
        routes.post(.recovery, .finishRecovery, use: begin)
        routes.post(.recoveryFinish, .finishRecovery, use: finish)
        routes.post(.recoveryCluster, .finishRecovery, use: decide)
        routes.post(.recoveryRoots, .finishRecovery, use: addRoot)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        Response(RecoveryStatus(try await store.recoverySummary()))
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(try request.number("limit", maximum: 1_000) ?? 500)
        let clusters = try await store.restrainedClusters(after: request.query("after"), limit: limit)
        let next = clusters.count == limit ? clusters.last?.name : nil
        return Response(HubAPI.Page(items: clusters.map(RecoveryCluster.init), next: next))
    }

    private func begin(_ request: Request, _ context: HubContext) async throws -> Response {
        let reason = try await request.message(RecoveryBeginning.self).reason
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= Self.maximumReasonBytes else {
            throw Problem(
                .invalid,
                detail: "The recovery was not begun: its reason is empty or has over \(Self.maximumReasonBytes) bytes.",
                hint: "Say in one line what was restored, and how old it is."
            )
        }
        guard try await store.openRecovery(.operator, detail: reason) else {
            throw Problem(.conflict, detail: "The fleet is in recovery already: otomi recovery show")
        }
        context.logger.warning("recovery begun", metadata: ["reason": "\(reason)"])
        return Response(RecoveryStatus(try await store.recoverySummary()))
    }

    private func finish(_ request: Request, _ context: HubContext) async throws -> Response {
        let outcome = try await store.finishRecovery(by: try context.requireCaller().name)
        context.logger.notice("recovery finished", metadata: ["released": "\(outcome.released.count)"])
        return Response(
            RecoveryResult(released: outcome.released, waiting: outcome.waiting, marker: outcome.marker)
        )
    }

    private func decide(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let decision = try await request.message(RecoveryDecision.self).decision
        let author = try context.requireCaller().name
        let cluster: RestrainedCluster
        switch decision {
        case "accept": cluster = try await store.acceptClaim(ofCluster: name, by: author)
        case "dismiss": cluster = try await store.dismissClaim(ofCluster: name, by: author)
        default:
            throw Problem(
                .invalid,
                detail: "Nothing was decided about cluster '\(name)': '\(decision)' is no decision.",
                hint: "Send accept or dismiss."
            )
        }
        context.logger.notice("claim decided", metadata: ["cluster": "\(name)", "decision": "\(decision)"])
        return Response(RecoveryCluster(cluster))
    }

    private func addRoot(_ request: Request, _ context: HubContext) async throws -> Response {
        let file = try await request.message(LostRoot.self).file
        do {
            try await LostRoots(store: store).add(file.canonical())
        } catch let error as BundleError {
            throw Problem(
                .invalid,
                detail: "The root was not taken: \(error.message).",
                hint: "Roots are given one after another, each signed by the keys of the one before."
            )
        }
        context.logger.notice("lost root brought back")
        return Response(RecoveryStatus(try await store.recoverySummary()))
    }
}

extension RecoveryStatus {
    /// What waits because of a restored backup; `nil` when nothing does, or it is none of the caller's business.
    ///
    /// - Throws: `StoreError`.
    init?(concerning caller: Caller, _ store: HubStore) async throws {
        guard caller.principal.reaches(.readRecovery) else { return nil }
        let summary = try await store.unbound.recoverySummary()
        guard !summary.isQuiet else { return nil }
        self.init(summary)
    }

    init(_ summary: RecoverySummary) {
        let recovery = summary.recovery
        self.init(
            isOpen: recovery != nil,
            cause: recovery?.cause.rawValue,
            detail: recovery?.detail,
            since: recovery?.openedAt.rfc3339,
            baseRevision: recovery?.baseRevision,
            latestRevision: summary.latestRevision,
            lostRevision: summary.lostRevision,
            lostAudit: summary.lostAudit,
            lostRoot: summary.lostRoot,
            clusters: Dictionary(
                summary.counts.map { ($0.key.rawValue, $0.value) },
                uniquingKeysWith: { first, _ in first }
            )
        )
    }
}

extension RecoveryCluster {
    init(_ cluster: RestrainedCluster) {
        self.init(
            name: cluster.name,
            state: cluster.state.rawValue,
            since: cluster.since.rfc3339,
            lastSeen: cluster.lastSeen?.rfc3339,
            stored: Counters(cluster.stored),
            seen: Counters(cluster.seen),
            obstacle: cluster.obstacle,
            by: cluster.decidedBy
        )
    }
}

extension RecoveryCluster.Counters {
    init(_ counters: SeenCounters) {
        self.init(
            generation: counters.generation,
            timestamp: counters.timestamp,
            revision: counters.revision,
            root: counters.root,
            audit: counters.audit
        )
    }
}

extension RestrainedCluster {
    /// Why the end of the recovery does not release it.
    fileprivate var obstacle: String? {
        guard state == .ahead else { return nil }
        if isRootAhead {
            return "Its agent trusts root \(seen.root), and root \(stored.root) is the newest here. Bring the newer "
                + "roots back: otomi recovery root FILE"
        }
        guard isImplausible else { return nil }
        return "Its agent claims more than a backup explains. If it is yours: otomi recovery accept \(name); if not: "
            + "otomi recovery dismiss \(name), and revoke its key."
    }
}
