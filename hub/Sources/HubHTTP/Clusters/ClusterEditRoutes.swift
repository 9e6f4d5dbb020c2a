import HTTPTypes
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// Changes of what is known of a cluster, with what follows from them.
struct ClusterEditRoutes {
    let store: HubStore
    let judge: ClusterJudge
    let fleet = FleetCheck()

    func add(to routes: GuardedRoutes) {
        routes.patch(.cluster, .editCluster, use: edit)
    }

    private func edit(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let patch = try await request.message(JSONValue.self)
        let cluster = try await store.cluster(named: name)
        let old = cluster.registration
        let version = request.expectedTag
        if let version, version != old.version { throw Self.isNewer(name) }
        let new = try old.patched(by: patch, cluster: name)
        let effects = try await effects(from: old, to: new, cluster: name)
        if request.query("dryRun") == "true" {
            return answer(cluster, isChanged: new != old, effects)
        }
        // What was checked is what is written, not what somebody else makes of the cluster in between.
        let edited: StoredCluster
        do {
            edited = try await store.editCluster(named: name, ifVersion: old.version) { _ in new }
        } catch let error as StoreError where error.code == .outdated && version != nil {
            throw Self.isNewer(name)
        }
        context.logger.notice("cluster changed", metadata: ["cluster": "\(name)"])
        return answer(edited, isChanged: new != old, effects)
    }

    private func answer(_ cluster: StoredCluster, isChanged: Bool, _ effects: [ClusterEditResult.Effect]) -> Response {
        let version = cluster.registration.version
        return Response(
            ClusterEditResult(
                cluster: judge.status(of: cluster, isDetailed: true),
                version: version,
                isChanged: isChanged,
                effects: effects
            ),
            headers: [.eTag: "\"\(version)\""]
        )
    }

    /// What the change takes to the cluster and away from it.
    ///
    /// - Throws: `Problem` when its bundle could not be compiled any more.
    private func effects(
        from old: ClusterRegistration,
        to new: ClusterRegistration,
        cluster name: String
    ) async throws -> [ClusterEditResult.Effect] {
        let (before, after) = (old.identity(name), new.identity(name))
        guard before != after else { return [] }
        let documents = try await store.unbound.allDocuments()
        let change = PlacementChange(from: before, to: after, in: DocumentIndex(documents))
        let faults = try fleet.faults(moving: before, to: after, in: documents.map(\.document))
        let errors = faults.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw Problem(
                .invalid,
                detail:
                    "Cluster '\(name)' was not changed: its values would have \(errors.count == 1 ? "a fault" : "\(errors.count) faults").",
                errors: errors
            )
        }
        return change.effects(cluster: name)
            + faults.map { ClusterEditResult.Effect(severity: "warning", text: $0.description) }
    }

    /// `If-Match` names another version than there is (RFC 9110, section 13.1.1).
    private static func isNewer(_ name: String) -> Problem {
        Problem(
            .preconditionFailed,
            detail: "Cluster '\(name)' was changed meanwhile; nothing was changed.",
            hint: "Look at it again, with otomi cluster show \(name), and make the change on what is there now."
        )
    }
}

extension PlacementChange {
    fileprivate func effects(cluster: String) -> [ClusterEditResult.Effect] {
        lost.map { id in
            let what = id.kind == .team ? "with its namespace and everything in it" : "and is deleted there"
            return .init(severity: "danger", text: "\(id) leaves \(cluster), \(what).")
        } + gained.map { .init(severity: "warning", text: "\($0) comes to \(cluster).") }
            + joinedGroups.map { .init(severity: "note", text: "\(cluster) joins group \($0).") }
            + leftGroups.map { .init(severity: "note", text: "\(cluster) leaves group \($0).") }
    }
}

extension Request {
    /// The version that `If-Match` expects; `nil` when whatever is there will do.
    fileprivate var expectedTag: String? {
        guard let text = headers[.ifMatch], text != "*" else { return nil }
        let tag = text.hasPrefix("W/") ? text.dropFirst(2) : text[...]
        return String(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.count >= 2 ? tag.dropFirst().dropLast() : tag)
    }
}
