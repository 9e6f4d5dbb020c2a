import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubPublisher
import HubStore
import JSON

/// Has agents try a plan: packs what changes on each cluster, sealed to its agent, and reads the answers back.
struct PlanTrials {
    /// How many clusters one plan is tried on: each gets a bundle of its own for it.
    static let maximumClusters = 20

    let store: HubStore
    let clock: WallClock

    // MARK: - Asking

    /// Keeps `plan` for the agents of `clusters` to try; the answer has the id to ask for.
    ///
    /// - Parameters:
    ///   - plan: what is answered.
    ///   - objects: what each cluster's agent is to try, by the cluster's name.
    ///   - clusters: the clusters of the plan.
    ///   - author: who may read the answers.
    /// - Returns: the plan with its id.
    /// - Throws: `Problem` for too many clusters; `StoreError`; `BundleError` when an agent's key seals nothing.
    func begin(
        _ plan: Plan,
        objects: [String: [RehearsedObject]],
        on clusters: [StoredCluster],
        author: String
    ) async throws -> Plan {
        var plan = plan
        let id = String(UInt64.random(in: .min ... .max), radix: 16)
        var trials: [NewPlan.Trial] = []
        var known: [PlanTrial] = []
        for cluster in clusters {
            guard let changed = objects[cluster.name], !changed.isEmpty else { continue }
            guard let agent = cluster.agent else {
                known.append(PlanTrial(cluster: cluster.name, state: .failed, message: "no agent has enrolled there"))
                continue
            }
            trials.append(try Self.trial(of: changed, id, cluster, agent))
        }
        plan.trials = known
        plan.id = id
        try await store.keepPlan(NewPlan(id: id, author: author, body: plan.json, trials: trials))
        let waiting = Set(trials.map(\.clusterID))
        plan.trials =
            known
            + clusters.filter { waiting.contains($0.id) }.map {
                PlanTrial(cluster: $0.name, state: .waiting)
            }
        return plan
    }

    /// Refuses to try a plan on too many clusters at once.
    ///
    /// - Throws: `Problem`.
    static func check(_ count: Int) throws(Problem) {
        guard count > maximumClusters else { return }
        throw Problem(
            .badRequest,
            detail: "A plan is tried on at most \(maximumClusters) clusters at once; these are \(count).",
            hint: "Choose some: --cluster NAME, --selector KEY=VALUE, --group NAME"
        )
    }

    private static func trial(
        of objects: [RehearsedObject],
        _ id: String,
        _ cluster: StoredCluster,
        _ agent: AgentIdentity
    ) throws -> NewPlan.Trial {
        var lines: [JSONValue] = []
        var bytes = 0
        for object in objects.prefix(TrialEntry.maximumCount) {
            let entry = TrialEntry(
                layer: object.layer,
                object: object.object,
                isConfidential: object.isConfidential
            ).json
            bytes += entry.serialized().count + 1
            guard bytes <= TrialEntry.maximumBytes else { break }
            lines.append(entry)
        }
        let context = SealingContext(clusterID: cluster.id, layer: Directives.Trial.layerName(of: id))
        let sealed = try agent.sealingKey.seal(try LayerFile(lines).bytes, context: context)
        return NewPlan.Trial(
            clusterID: cluster.id,
            file: sealed,
            objectCount: lines.count,
            omitted: objects.count - lines.count
        )
    }

    // MARK: - Reading

    /// A plan with what agents have answered so far.
    ///
    /// - Throws: `JSONError` when what is stored is no plan.
    func plan(_ stored: StoredPlan) throws -> Plan {
        var plan = try Plan(json: stored.body)
        plan.id = stored.id
        let isOver = clock() >= stored.expiresAt
        plan.trials = (plan.trials ?? []) + (try stored.trials.map { try PlanTrial($0, isOver: isOver) })
        return plan
    }
}

extension PlanTrial {
    init(_ stored: StoredPlan.Trial, isOver: Bool) throws(JSONError) {
        guard let result = stored.result else {
            self.init(
                cluster: stored.cluster,
                state: isOver ? .expired : .waiting,
                message: isOver ? "the agent did not answer in time" : nil,
                omitted: stored.omitted
            )
            return
        }
        let report = try TrialReport(json: result)
        self.init(
            cluster: stored.cluster,
            state: report.failure == nil ? .done : .failed,
            message: report.failure,
            objects: report.results.map(TriedObject.init),
            omitted: stored.omitted + report.omitted
        )
    }
}

extension TriedObject {
    init(_ result: TrialResult) {
        let outcome: Outcome =
            switch result.outcome {
            case .created: .created
            case .changed: .changed
            case .unchanged: .unchanged
            case .conflict: .conflict
            case .denied: .denied
            case .waiting: .waiting
            case .failed: .failed
            }
        self.init(
            kind: result.kind,
            namespace: result.namespace,
            name: result.name,
            outcome: outcome,
            message: result.message.isEmpty ? nil : result.message,
            fields: result.fields,
            managers: result.managers.map { Manager(name: $0.name, field: $0.field) }
        )
    }
}
