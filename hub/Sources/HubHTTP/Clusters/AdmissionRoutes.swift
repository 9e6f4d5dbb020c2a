import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// What operators decide about who may speak for a cluster.
struct AdmissionRoutes {
    let store: HubStore
    let address: PublicAddress
    let judge: ClusterJudge

    func add(to routes: GuardedRoutes) {
        routes.post(.clusterApproval, .approveCluster, use: approve)
        routes.delete(.clusterApproval, .approveCluster, use: reject)
        routes.post(.clusterRevocation, .revokeCluster, use: revoke)
        routes.delete(.clusterRevocation, .revokeCluster, use: readmit)
        routes.post(.clusterRotation, .rotateClusterKey, use: rotate)
    }

    private func approve(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let fingerprint = try await request.message(ClusterApproval.self).fingerprint
        let cluster = try await store.approveCluster(named: name, fingerprint: fingerprint)
        context.logger.notice("cluster approved", metadata: ["cluster": "\(name)", "key": "\(fingerprint ?? "")"])
        return answer(cluster)
    }

    private func reject(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.rejectCluster(named: try context.parameters.require("name"))
        context.logger.notice("agent rejected", metadata: ["cluster": "\(cluster.name)"])
        return answer(cluster)
    }

    private func revoke(_ request: Request, _ context: HubContext) async throws -> Response {
        let name = try context.parameters.require("name")
        try await store.revokeCluster(named: name)
        context.logger.notice("cluster revoked", metadata: ["cluster": "\(name)"])
        return answer(try await store.cluster(named: name))
    }

    private func readmit(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.cluster(named: try context.parameters.require("name"))
        let token = try await store.readmitCluster(named: cluster.name)
        context.logger.notice("cluster readmitted", metadata: ["cluster": "\(cluster.name)"])
        return Response(ClusterEnrolment(cluster, token, address, request), status: .created)
    }

    private func rotate(_ request: Request, _ context: HubContext) async throws -> Response {
        let cluster = try await store.askForRotation(ofCluster: try context.parameters.require("name"))
        context.logger.notice("new keys asked for", metadata: ["cluster": "\(cluster.name)"])
        return answer(cluster)
    }

    private func answer(_ cluster: StoredCluster) -> Response {
        Response(judge.status(of: cluster, isDetailed: true))
    }
}

extension ClusterEnrolment {
    init(_ cluster: StoredCluster, _ token: EnrolmentToken, _ address: PublicAddress, _ request: Request) {
        let hub = address.url(for: request)
        let pin = address.pin(of: hub)
        self.init(
            name: cluster.name,
            id: cluster.id,
            token: token.text,
            tokenExpiresAt: token.expiresAt.rfc3339,
            pin: pin,
            install: "otomi-agent run --hub \(hub)\(pin.map { " --hub-pin \($0)" } ?? "") --token \(token.text) "
                + "--state-dir /var/lib/otomi-agent"
        )
    }
}
