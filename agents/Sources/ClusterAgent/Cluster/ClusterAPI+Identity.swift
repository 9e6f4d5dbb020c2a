import Concurrency
import Kubernetes

extension ClusterAPI {
    /// How often a call that a deployer may not make is made in all.
    private static let deployerAttempts = 6

    /// Makes a call as `identity`, with bounded retries; `isWorthIt` adds errors to those that are tried again.
    ///
    /// - Throws: `KubernetesError`; one that says what a team's deployer may not do, where that is the reason.
    func acting<Result: Sendable>(
        as identity: ApplyIdentity,
        also isWorthIt: (KubernetesError) -> Bool = { _ in false },
        _ call: (KubernetesClient) async throws(KubernetesError) -> Result
    ) async throws(KubernetesError) -> Result {
        let client = client.impersonating(identity.impersonation)
        var backoff = Backoff(base: .milliseconds(50), cap: .milliseconds(800))
        while true {
            do throws(KubernetesError) {
                return try await retrying(also: isWorthIt) { () async throws(KubernetesError) in try await call(client)
                }
            } catch {
                guard let refusal = DeployerRefusal(error, of: identity) else { throw error }
                let mayPass = refusals.mayPass(refusal.team, now: environment.now())
                guard mayPass, backoff.attempts + 1 < Self.deployerAttempts else {
                    throw await explained(refusal)
                }
                do { try await environment.sleep(environment.next(&backoff)) } catch {
                    throw KubernetesError(.cancelled, "the agent stops")
                }
            }
        }
    }

    /// Deletes `key`, which `layer` declared last, by `call` as whoever applied it.
    ///
    /// A team's rights may go before its objects, when the whole team does: what is left in its own namespace is then the
    /// agent's to delete. What a team's layer declared elsewhere is never deleted in the agent's name.
    ///
    /// - Throws: `KubernetesError`.
    @discardableResult
    func deleting<Result: Sendable>(
        _ key: ObjectKey,
        of layer: String,
        _ call: (KubernetesClient) async throws(KubernetesError) -> Result
    ) async throws(KubernetesError) -> Result {
        let identity = ApplyIdentity(deleting: key, of: layer)
        do throws(KubernetesError) {
            return try await call(client.impersonating(identity.impersonation))
        } catch {
            guard let refusal = DeployerRefusal(error, of: identity) else { throw error }
            guard identity.owns(key) else { throw await explained(refusal) }
        }
        return try await call(client)
    }

    /// Says in the error whether the team's rights are there at all.
    private func explained(_ refusal: DeployerRefusal) async -> KubernetesError {
        let type = GroupVersionKind(group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding")
        do throws(KubernetesError) {
            let binding = try await client.find(
                type,
                namespace: refusal.namespace,
                name: ApplyIdentity.deployerName
            )
            return refusal.explained(hasRights: binding != nil)
        } catch { return refusal.explained(hasRights: true) }
    }
}
