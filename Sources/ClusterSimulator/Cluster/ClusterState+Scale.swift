import JSON

extension ClusterState {
    /// Reads or sets the number of replicas of a workload.
    ///
    /// - Throws: 404 when the workload is not there, 409 when it changed meanwhile.
    mutating func answerScale(_ scope: Scope) throws(APIStatus) -> APIResponse {
        let live = try stored(scope).json(scope.type, scope.version)
        let body: JSONValue
        switch scope.request.method {
        case "GET": return APIResponse(json: scale(of: live))
        case "PUT": body = try Self.parse(scope.request.body)
        case "PATCH":
            let patch = try Self.parse(scope.request.body)
            let isList = scope.request.contentType.hasPrefix("application/json-patch+json")
            body = try isList ? JSONPatch.apply(patch, to: scale(of: live)) : scale(of: live).merging(patch)
        default: throw .methodNotAllowed()
        }
        try Admission.checkPreconditions(body["metadata"] ?? [:], live, scope)
        var changed = live
        var spec = live["spec"] ?? [:]
        spec["replicas"] = body["spec"]?["replicas"] ?? 0
        changed["spec"] = spec
        var scope = scope
        scope.subresource = nil
        _ = try update(changed, scope)
        return APIResponse(json: scale(of: try stored(scope).json(scope.type, scope.version)))
    }

    private func scale(of workload: JSONValue) -> JSONValue {
        var metadata: JSONValue = [:]
        for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[key] = workload["metadata"]?[key]
        }
        return [
            "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": metadata,
            "spec": ["replicas": workload["spec"]?["replicas"] ?? 0],
            "status": ["replicas": workload["status"]?["replicas"] ?? 0],
        ]
    }
}
