import Bundles
import Concurrency
import HubAPI
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// What operators tell agents: to pause, what to do about drift, which deletions they may make.
struct DirectiveRoutes {
    /// How long the reason of a pause may be; it stands in signed metadata and in reports.
    static let maximumReasonBytes = 500

    let store: HubStore
    let judge: ClusterJudge

    func add(to routes: GuardedRoutes) {
        routes.put(.clusterHold, .pauseCluster, use: pause)
        routes.delete(.clusterHold, .resumeCluster, use: resume)
        routes.put(.clusterDrift, .setDriftMode, use: setDriftMode)
        routes.post(.clusterConfirmation, .confirmDeletions, use: confirm)
    }

    private func pause(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let reason = try await request.message(HoldRequest.self).reason
        try Self.check(reason, cluster: name)
        let cluster = try await store.holdCluster(named: name, reason: reason, by: try context.requireCaller().name)
        context.logger.notice("cluster paused", metadata: ["cluster": "\(name)", "reason": "\(reason)"])
        return answer(cluster)
    }

    private func resume(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.resumeCluster(named: try context.parameters.require("name"))
        context.logger.notice("cluster resumed", metadata: ["cluster": "\(cluster.name)"])
        return answer(cluster)
    }

    private func setDriftMode(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let text = try await request.message(DriftRequest.self).mode
        guard let mode = Directives.DriftMode(rawValue: text) else {
            let modes = Directives.DriftMode.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.refusal(
                "The drift mode of cluster '\(name)' was not set.",
                Fault(pointer: JSONPointer(["mode"]), message: "is no drift mode", hint: "Use one of \(modes).")
            )
        }
        let cluster = try await store.setDriftMode(mode, ofCluster: name)
        context.logger.notice("drift mode set", metadata: ["cluster": "\(name)", "mode": "\(text)"])
        return answer(cluster)
    }

    private func confirm(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let shown = try await request.message(DeletionConfirmation.self)
        guard let digest = Digest(shown.digest) else {
            throw Self.refusal(
                "Nothing was confirmed on cluster '\(name)'.",
                Fault(
                    pointer: JSONPointer(["digest"]),
                    message: "is no digest of deletions",
                    hint: "Send the digest that the cluster's status shows."
                )
            )
        }
        let cluster = try await store.confirmDeletions(
            Directives.Confirmation(generation: shown.generation, deletions: digest),
            ofCluster: name,
            by: try context.requireCaller().name
        )
        context.logger.notice("deletions confirmed", metadata: ["cluster": "\(name)", "digest": "\(digest)"])
        return answer(cluster)
    }

    private func answer(_ cluster: StoredCluster) -> Response {
        Response(judge.status(of: cluster, isDetailed: true))
    }

    private static func check(_ reason: String, cluster: String) throws {
        let message: String
        if reason.allSatisfy(\.isWhitespace) {
            message = "is empty"
        } else if reason.utf8.count > maximumReasonBytes {
            message = "is longer than \(maximumReasonBytes) bytes"
        } else if reason.contains(where: { $0.isNewline || $0.unicodeScalars.contains(where: isControl) }) {
            message = "has a line break or another control character"
        } else {
            return
        }
        throw refusal(
            "Cluster '\(cluster)' was not paused.",
            Fault(
                pointer: JSONPointer(["reason"]),
                message: message,
                hint: "Say in one line of at most \(maximumReasonBytes) bytes why it is paused."
            )
        )
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    private static func refusal(_ what: String, _ fault: Fault) -> Problem {
        Problem(
            .invalid,
            detail: "\(what.dropLast()): the \(fault.pointer.tokens[0]) \(fault.message).",
            errors: [fault]
        )
    }
}
