import AgentProtocol
import JSON
import Kubernetes

extension ClusterAPI {
    /// Applies one object as it would be applied for real, by the same identity, and has nothing written.
    func attempt(_ object: TriedObject) async -> TrialResult {
        let request = object.request
        do throws(KubernetesError) {
            let resource = try await retrying { () async throws(KubernetesError) in
                try await client.resource(for: request.type)
            }
            guard resource.isNamespaced == (request.key.namespace != nil) else {
                return object.result(.failed, "whether it has a namespace does not fit its kind")
            }
            return try await attempt(object, resource)
        } catch { return Self.result(of: error, object) }
    }

    private func attempt(_ object: TriedObject, _ resource: APIResource) async throws(KubernetesError) -> TrialResult {
        let request = object.request
        let live = try await find(request, resource, .full)
        var managers: [KubernetesError.FieldConflict] = []
        let tried: KubernetesObject
        do throws(KubernetesError) {
            tried = try await rehearse(request, leaving: request.leaving, force: false, resource)
        } catch {
            guard error.code == .fieldConflict, let live,
                let resolution = ConflictResolution(error.fieldConflicts, live: live, request: request)
            else { throw error }
            // The real apply would take these over, or leave them; the plan says whose they are all the same.
            managers = error.fieldConflicts
            tried = try await rehearse(
                request,
                leaving: request.leaving.union(resolution.leaving),
                force: !resolution.takenOver.isEmpty,
                resource
            )
        }
        guard let live else { return object.result(.created) }
        let fields = object.difference(from: live, to: tried)
        return object.result(fields.isEmpty ? .unchanged : .changed, fields: fields, managers: managers)
    }

    private func rehearse(
        _ request: ApplyRequest,
        leaving: Set<String>,
        force: Bool,
        _ resource: APIResource
    ) async throws(KubernetesError) -> KubernetesObject {
        let body = try request.body(leaving: leaving)
        return try await acting(as: request.identity, also: \.isRace) { client async throws(KubernetesError) in
            try await client.serverSideApply(
                body: body,
                to: request.key,
                of: resource,
                fieldManager: Self.fieldManager,
                force: force,
                dryRun: true
            )
        }
    }

    /// Says what an API server's refusal means for the real apply.
    private static func result(of failure: KubernetesError, _ object: TriedObject) -> TrialResult {
        let error = object.isConfidential ? failure.concealed : failure
        if failure.code == .fieldConflict {
            return object.result(.conflict, "\(error)", managers: failure.fieldConflicts)
        }
        if failure.code == .notServed { return object.result(.waiting, error.message) }
        if failure.code == .notFound {
            return object.result(.waiting, "its namespace, or its kind, does not exist yet")
        }
        if failure.isNamespaceTerminating { return object.result(.waiting, "its namespace is being deleted") }
        if failure.isImmutable {
            let fields = failure.immutableFields.joined(separator: ", ")
            return object.request.policy.contains(.replaces)
                ? object.result(.changed, "it is deleted and made anew, because \(fields) cannot be changed")
                : object.result(.failed, "\(fields) cannot be changed on an existing object")
        }
        return object.result(isDenial(failure) ? .denied : .failed, error.message)
    }

    /// Whether admission refused it: a webhook, a policy, a quota.
    private static func isDenial(_ failure: KubernetesError) -> Bool {
        let words = [
            "denied the request", "denied request", "ValidatingAdmissionPolicy", "violates PodSecurity",
            "exceeded quota",
        ]
        return failure.failedWebhook == nil && words.contains(where: failure.message.contains)
    }
}
