import AgentProtocol
import Bundles
import Concurrency
import JSON

/// How a simulated agent reports: what it notes, as a delta where the hub has the base, and the objects that it is asked for.
extension SimulatedAgent {
    private var unhealthy: SimulatedObject? { faults.unhealthyObject.flatMap { server.object(titled: $0) } }

    /// Makes how the cluster is now the next report.
    func note(_ state: Report.State? = nil) {
        let unhealthy = unhealthy
        let standing: Report.State = state ?? (refusal != nil ? .outOfSync : unhealthy == nil ? .inSync : .degraded)
        let layers = zip(applied?.layers ?? [], contents).map { layer, objects in
            LayerReport(
                name: layer.name,
                digest: layer.digest,
                state: unhealthy?.ready.layer == layer.name ? .degraded : .inSync,
                objects: objects.count,
                applied: objects.count,
                failed: 0
            )
        }
        outgoing = Report(
            bootID: bootID,
            sequence: 0,
            generation: applied?.generation ?? 0,
            revision: applied?.revision ?? 0,
            state: standing,
            layers: layers,
            notReady: notReady(unhealthy),
            counts: ["objects": server.objects.count, "applied": server.objects.count, "pruned": server.pruned],
            audit: trusted?.auditHead,
            objects: server.hashes(unhealthy: unhealthy),
            versions: Self.version,
            observedAt: UnixTime.now().milliseconds + faults.clockSkew * 1_000
        )
    }

    private func notReady(_ object: SimulatedObject?) -> [ObjectReport] {
        if let refusal {
            return [
                ObjectReport(
                    group: "",
                    kind: "Namespace",
                    namespace: nil,
                    name: "default",
                    reason: "Refused",
                    message: refusal
                )
            ]
        }
        guard let ready = object?.ready else { return [] }
        return [
            ObjectReport(
                group: ready.group,
                kind: ready.kind,
                namespace: ready.namespace,
                name: ready.name,
                reason: "Unhealthy",
                message: "it does not become ready in the simulated cluster"
            )
        ]
    }

    /// Sends a report, as a delta with the buckets that changed where the hub has the one that it is based on.
    func send(_ report: Report) async throws {
        sequence += 1
        var whole = report
        whole.sequence = sequence
        let base = acknowledged
        acknowledged = nil
        var answer = try await exchange(base.map { message(whole, since: $0) } ?? whole)
        if answer.needsFull { answer = try await exchange(whole) }
        guard answer.accepted else {
            // The answer to an earlier attempt was lost, or another boot speaks; the next number settles it.
            return
        }
        acknowledged = whole
        wantedBuckets = answer.buckets
        if outgoing == report { outgoing = nil }
        world.tally.reported()
        world.progress.reported(whole.revision, agent: number)
    }

    private func message(_ whole: Report, since base: Report) -> Report {
        let delta = whole.delta(since: base)
        let changed = whole.changedBuckets(since: base)
        return changed.isEmpty ? delta : delta.carrying(server.buckets(changed, unhealthy: unhealthy))
    }

    private func exchange(_ report: Report) async throws -> ReportResponse {
        let reply = try await send(.report, body: report.json.serialized())
        return try ReportResponse(json: JSONValue(parsing: reply.body))
    }

    func sendObjects() async throws {
        let report = ObjectsReport(bootID: bootID, buckets: server.buckets(wantedBuckets, unhealthy: unhealthy))
        let reply = try await send(.objects, body: report.json.serialized())
        wantedBuckets = try ReportResponse(json: JSONValue(parsing: reply.body)).buckets
    }
}
