import JSON
import Kubernetes

extension ClusterAPI {
    /// Who holds fields that we let go before their new owner has taken them.
    static let handOverManager = "otomi-agent-handover"
    /// How large a request an API server reads.
    static let maximumRequestBytes = 3 << 20
    /// How often one object may change hands before its apply is given up for this pass.
    private static let rounds = 5

    // MARK: - Applying

    /// Applies one object with our label added; fields of others are only taken as `ConflictResolution` says.
    func apply(_ request: ApplyRequest) async -> ApplyAnswer {
        let key = request.key
        do throws(KubernetesError) {
            let resource = try await retrying { () async throws(KubernetesError) in
                try await client.resource(for: request.type)
            }
            guard resource.isNamespaced == (key.namespace != nil) else {
                return .failed(
                    .failed,
                    resource.isNamespaced
                        ? "\(key) names no namespace, and objects of its kind live in one"
                        : "\(key) names a namespace, and objects of its kind are of the whole cluster"
                )
            }
            return .applied(try await applied(request, resource))
        } catch { return answer(to: error, request) }
    }

    /// Applies until nothing is left to settle.
    private func applied(
        _ request: ApplyRequest,
        _ resource: APIResource
    ) async throws(KubernetesError) -> LiveObject {
        var leaving = request.leaving
        var takenOver: [KubernetesError.FieldConflict] = []
        var isForced = false
        var isAdopted = false
        var isReplaced = false
        let kept = request.kept
        if !leaving.isEmpty || !request.appliedUID.isEmpty { try await handOver(kept, request, resource) }
        for _ in 0..<Self.rounds {
            let failure: KubernetesError
            do throws(KubernetesError) {
                let live = try await send(request, leaving: leaving, force: isForced, resource)
                guard !isAdopted, live.uid != request.appliedUID, Adoption.ownership(of: live) != nil else {
                    return Self.liveObject(live, isInert: Self.isInert(request.key.groupKind), takenOver: takenOver)
                }
                // Nothing was in conflict, and yet the tool of before declared what the bundle may not.
                try await adopt(request, resource)
                try await handOver(kept.union(leaving), request, resource)
                isAdopted = true
                continue
            } catch { failure = error }
            if failure.isImmutable, request.policy.contains(.replaces), !isReplaced {
                try await remove(request, resource, because: failure)
                isReplaced = true
                continue
            }
            guard failure.code == .fieldConflict, let live = try await find(request, resource, .metadata),
                let resolution = ConflictResolution(failure.fieldConflicts, live: live, request: request)
            else { throw failure }
            leaving.formUnion(resolution.leaving)
            takenOver += resolution.takenOver
            isForced = isForced || !resolution.takenOver.isEmpty
            if resolution.isAdoption {
                try await adopt(request, resource)
                try await handOver(kept.union(leaving), request, resource)
                isAdopted = true
            }
        }
        throw KubernetesError(
            .other,
            "others changed it \(Self.rounds) times while it was applied; it is tried again",
            operation: "apply \(request.key)"
        )
    }

    private func send(
        _ request: ApplyRequest,
        leaving: Set<String>,
        force: Bool,
        _ resource: APIResource
    ) async throws(KubernetesError) -> KubernetesObject {
        let body = try request.body(leaving: leaving)
        guard body.count <= Self.maximumRequestBytes else {
            throw KubernetesError(.tooLarge, "the request is too large", operation: "apply \(request.key)")
        }
        return try await acting(as: request.identity, also: \.isRace) { client async throws(KubernetesError) in
            try await client.serverSideApply(
                body: body,
                to: request.key,
                of: resource,
                fieldManager: Self.fieldManager,
                force: force,
                answer: Self.isInert(request.key.groupKind) ? .metadata : .full
            )
        }
    }

    func find(
        _ request: ApplyRequest,
        _ resource: APIResource,
        _ detail: KubernetesClient.AnswerDetail
    ) async throws(KubernetesError) -> KubernetesObject? {
        try await retrying { () async throws(KubernetesError) in
            try await client.find(request.key, of: resource, answer: detail)
        }
    }

    // MARK: - Handing over

    /// Lets others have fields that only we own, without a moment in which nobody does: the server would set them back.
    ///
    /// An object that is not there yet is made as declared first, so that it does not begin with the server's default.
    private func handOver(
        _ fields: Set<String>,
        _ request: ApplyRequest,
        _ resource: APIResource
    ) async throws(KubernetesError) {
        guard !fields.isEmpty else { return }
        var found = try await find(request, resource, .full)
        if found == nil {
            _ = try await send(request, leaving: [], force: false, resource)
            found = try await find(request, resource, .full)
        }
        guard let live = found else { return }
        let ownership = FieldOwnership(live)
        let ours = fields.sorted().compactMap { FieldPath($0, in: live.json) }
            .filter { ownership.isOnly(Self.fieldManager, at: $0) }
        guard !ours.isEmpty else { return }
        let identity = KubernetesObject(request.type, namespace: request.key.namespace, name: request.key.name)
        let body = identity.json.merging(FieldPath.extracting(ours, from: live.json)).serialized()
        _ = try await acting(as: request.identity, also: \.isRace) { client async throws(KubernetesError) in
            try await client.serverSideApply(
                body: body,
                to: request.key,
                of: resource,
                fieldManager: Self.handOverManager,
                answer: .metadata
            )
        }
    }

    // MARK: - Making anew

    /// Deletes an object of ours so that it can be made anew, and waits until it is gone.
    ///
    /// - Throws: `failure` when the object is not ours to delete; `KubernetesError` when it does not go in time.
    private func remove(
        _ request: ApplyRequest,
        _ resource: APIResource,
        because failure: KubernetesError
    ) async throws(KubernetesError) {
        guard let live = try await find(request, resource, .metadata), let uid = live.uid else { return }
        guard request.owns(live) else { throw failure }
        if !live.isTerminating {
            try await acting(as: request.identity) { client async throws(KubernetesError) in
                do throws(KubernetesError) {
                    try await client.delete(
                        request.key,
                        of: resource,
                        preconditions: Preconditions(uid: uid),
                        propagation: Self.propagation(of: request.key)
                    )
                } catch {
                    guard error.code == .notFound || error.isOtherObject else { throw error }
                }
            }
        }
        for wait in Self.waitsForDeletion {
            guard try await find(request, resource, .metadata)?.uid == uid else { return }
            try await pace.sleep(wait)
        }
        throw KubernetesError(
            .other,
            "it was deleted to be made anew and is not gone yet: look at its finalizers and what it owns",
            operation: "replace \(request.key)"
        )
    }

    /// Half a minute in all.
    private static let waitsForDeletion =
        Array(repeating: Duration.milliseconds(50), count: 10) + Array(repeating: .milliseconds(500), count: 59)

    /// Workloads take their pods with them first: the new ones have the same names or claims.
    private static func propagation(of key: ObjectKey) -> Propagation {
        key.group == "apps" || key.group == "batch" ? .foreground : .background
    }
}
