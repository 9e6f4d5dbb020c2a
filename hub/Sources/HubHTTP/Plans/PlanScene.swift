import JSON
import HubAPI
import HubPublisher
import HubStore
import Values

/// Everything that one plan is made of: the values before and after, and the clusters that its author sees.
struct PlanScene {
    /// How many revisions the clusters of one plan may be at: each is held in memory whole.
    static let maximumRevisions = 8

    private let request: PlanRequest
    private let caller: Caller
    /// A plan is made of all values, whoever asks; what is shown of it is chosen at the end.
    private let store: HubStore
    private let access: CommitAccess

    init(_ request: PlanRequest, caller: Caller, store: HubStore) {
        self.request = request
        self.caller = caller
        self.store = store.unbound
        access = CommitAccess(caller: caller)
    }

    private var teams: Set<String>? {
        caller.principal.maySeeEveryTeam ? nil : Set(caller.principal.teams)
    }

    /// A plan, and what agents need to try it.
    struct Result {
        /// As the caller may see it.
        let plan: Plan
        /// What agents would apply, by the cluster's name, where they are to try it.
        let objects: [String: [RehearsedObject]]
        /// The clusters whose agents are to try it; none where nobody is asked to.
        let clusters: [StoredCluster]
    }

    /// The plan, as the caller may see it.
    ///
    /// - Throws: `Problem` with every fault when the change could not be committed; a ``Refusal`` for what is not the
    ///   caller's; `StoreError`.
    func result(with preview: FleetPreview) async throws -> Result {
        let latest = try await store.latestRevision()
        let outlook = try await PlanOutlook(
            request.subject,
            access: access,
            latest: latest,
            store: store,
            drafts: store.acting(as: caller.actor)
        )
        var base: Int64?
        if let name = request.base { base = try await store.revision(named: name) }
        let clusters = try await clusters(outlook.after, latest: latest)
        if request.onClusters { try PlanTrials.check(clusters.count) }
        let before = try await before(Set(clusters.map { base ?? $0.desiredRevision }), outlook)
        var input = PreviewInput(
            clusters: clusters.map { PreviewInput.Cluster($0.identity, before: base ?? $0.desiredRevision) },
            before: before,
            after: outlook.after,
            revision: outlook.revision ?? latest + 1
        )
        input.teams = teams
        input.isDetailed = request.details
        if request.onClusters { input.rehearsed = Set(clusters.map(\.identity.name)) }
        let found: FleetPlan
        do { found = try await preview.plan(input) } catch let refusal as FleetPreview.Refusal {
            throw Problem(refusal)
        }
        var plan = Plan(found, latest: latest, shown: { access.shown($0, among: outlook.after.map(\.document)) })
        plan.base = base
        plan.revision = outlook.revision
        plan.faults = access.shown(outlook.warnings, among: outlook.after.map(\.document))
        let trying = request.onClusters ? try await store.clusters(named: clusters.map(\.identity.name)) : []
        return Result(plan: plan, objects: found.rehearsed, clusters: trying)
    }

    // MARK: - Clusters

    /// The clusters that are asked for, and that the caller sees.
    private func clusters(_ after: [StoredDocument], latest: Int64) async throws -> [RolloutCandidate] {
        var clusters = try await store.rolloutCandidates().filter { !$0.isRevoked }
        if teams != nil {
            let view = try await FleetView(of: caller, store)
            let index = DocumentIndex(after)
            clusters = clusters.filter { view.shows($0.identity) || hasTeam(on: $0.identity, index) }
        }
        let wanted = Set(request.clusters)
        if let missing = wanted.subtracting(clusters.map(\.identity.name)).min() {
            throw Refusal.hidden(.planChanges, "cluster '\(missing)'")
        }
        let selectors = [request.selector, try await groupSelector(latest)]
        return clusters.filter { cluster in
            (wanted.isEmpty || wanted.contains(cluster.identity.name)) && selectors.allSatisfy(cluster.identity.matches)
        }
    }

    /// Whether a team of the caller comes to a cluster by the change.
    private func hasTeam(on cluster: ClusterIdentity, _ index: DocumentIndex) -> Bool {
        index.selection(for: cluster).teams.contains { teams?.contains($0.name) ?? true }
    }

    private func groupSelector(_ latest: Int64) async throws -> [String: String] {
        guard let name = request.group else { return [:] }
        // Groups are the platform's: a team is told neither which there are nor whom they hold.
        let id = DocumentID(kind: .group, name: name)
        guard teams == nil, let group = try await store.document(id, at: latest) else {
            throw Problem(.notFound, detail: "There is no group '\(name)'.", hint: "otomi get group lists them.")
        }
        return group.document.spec["selector"]?.objectValue?.compactMapValues(\.stringValue) ?? [:]
    }

    // MARK: - Values before

    private func before(
        _ revisions: Set<Int64>,
        _ outlook: PlanOutlook
    ) async throws -> [Int64: [StoredDocument]] {
        guard revisions.count <= Self.maximumRevisions else {
            throw Problem(
                .badRequest,
                detail: "The clusters are to run \(revisions.count) different revisions, and a plan compares with at "
                    + "most \(Self.maximumRevisions).",
                hint: "Choose clusters, or the revision to compare with: --base REVISION"
            )
        }
        var before: [Int64: [StoredDocument]] = [:]
        for revision in revisions {
            if revision == outlook.latest, let known = outlook.before {
                before[revision] = known
            } else {
                before[revision] = try await store.allDocuments(at: revision, revealing: true)
            }
        }
        return before
    }
}
