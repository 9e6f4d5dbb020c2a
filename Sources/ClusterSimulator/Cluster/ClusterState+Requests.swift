import JSON

extension ClusterState {
    /// Finds what a request is about and does it.
    ///
    /// - Throws: the refusal.
    mutating func answer(_ request: APIRequest) throws(APIStatus) -> APIResponse {
        if let token = configuration.token, request.authorization != "Bearer \(token)" {
            throw APIStatus(401, "Unauthorized", "Unauthorized")
        }
        if let response = try describe(request) { return response }
        if request.contentType.contains("protobuf") {
            throw .unsupportedMediaType(request.contentType, "application/json, application/yaml")
        }
        guard let path = ResourcePath(request.path) else {
            return APIResponse(status: 404, text: "404 page not found\n")
        }
        if let review = try review(path, request) { return review }
        guard let type = registry.type(group: path.group, version: path.version, plural: path.plural) else {
            throw .noResource
        }
        let scope = Scope(
            type: type,
            version: path.version,
            namespace: path.namespace ?? "",
            name: path.name ?? "",
            subresource: path.subresource,
            request: request
        )
        try checkSubresource(scope)
        if configuration.authorizes { try Authorization(store: store).check(scope) }
        guard path.name != nil else { return try answerCollection(scope) }
        if type.isNamespaced, path.namespace == nil { throw .noResource }
        if scope.subresource == "scale" { return try answerScale(scope) }
        switch request.method {
        case "GET":
            guard !request.flag("watch") else { return try watch(scope) }
            return try get(scope)
        case "PUT": return try update(Self.parse(request.body), scope)
        case "PATCH": return try patch(scope)
        case "DELETE" where scope.subresource == nil: return try delete(scope)
        default: throw .methodNotAllowed()
        }
    }

    private mutating func answerCollection(_ scope: Scope) throws(APIStatus) -> APIResponse {
        let request = scope.request
        switch request.method {
        case "GET": return request.flag("watch") ? try watch(scope) : try list(scope)
        case "POST":
            if scope.type.isNamespaced, scope.namespace.isEmpty { throw .methodNotAllowed() }
            return try create(Self.parse(request.body), scope)
        case "DELETE":
            if scope.type.isNamespaced, scope.namespace.isEmpty { throw .methodNotAllowed() }
            return try deleteCollection(scope)
        default: throw .methodNotAllowed()
        }
    }

    private func checkSubresource(_ scope: Scope) throws(APIStatus) {
        switch scope.subresource {
        case nil: return
        case "status": if Admission.hasStatus(scope) { return }
        case "scale": if scope.type.hasScale { return }
        case "finalize": if scope.type.key == Self.namespaces { return }
        default: break
        }
        throw .noResource
    }

    /// Creates an object or, when it is there, replaces it.
    mutating func install(_ object: JSONValue) throws(APIStatus) {
        let apiVersion = object["apiVersion"]?.stringValue ?? ""
        let parts = apiVersion.split(separator: "/").map(String.init)
        let group = parts.count > 1 ? parts[0] : ""
        let kind = object["kind"]?.stringValue ?? ""
        guard
            let version = parts.last,
            let type = registry.types(group: group, version: version).first(where: { $0.kind == kind })
        else { throw .badRequest("no resource is served for \(kind) in \(apiVersion)") }
        let scope = Scope(
            type: type,
            version: version,
            namespace: object["metadata"]?["namespace"]?.stringValue ?? "",
            name: object["metadata"]?["name"]?.stringValue ?? "",
            subresource: nil,
            request: APIRequest("POST", "/")
        )
        guard store.object(type.key, scope.objectName) == nil else {
            var object = object
            object.setMetadata(
                "resourceVersion",
                store.object(type.key, scope.objectName).map { .string(String($0.revision)) }
            )
            _ = try update(object, scope)
            return
        }
        _ = try create(object, scope)
    }

    // MARK: - Requests without a resource

    private func describe(_ request: APIRequest) throws(APIStatus) -> APIResponse? {
        let parts = request.path.split(separator: "/").map(String.init)
        let discovery = Discovery(registry: registry)
        switch parts.first {
        case "livez", "readyz", "healthz": return APIResponse(status: 200, text: "ok")
        case "version": return APIResponse(json: version)
        case "openapi":
            if parts.count == 2, parts[1] == "v2" { return Discovery.openAPI2(accept: request.accept) }
            guard parts.count >= 2, parts[1] == "v3" else { return nil }
            if parts.count == 2 { return APIResponse(json: discovery.openAPIIndex) }
            let document =
                parts.count == 4
                ? discovery.openAPI(group: "", version: parts[3])
                : discovery.openAPI(group: parts.count > 3 ? parts[3] : "", version: parts.last ?? "")
            return document.map { APIResponse(json: $0) } ?? APIResponse(status: 404, text: "404 page not found\n")
        case "api" where parts.count == 1: return APIResponse(json: Discovery.coreVersions)
        case "api" where parts.count == 2:
            return discovery.resources(group: "", version: parts[1]).map { APIResponse(json: $0) }
        case "apis" where parts.count == 1: return APIResponse(json: discovery.groups)
        case "apis" where parts.count == 2: return discovery.group(parts[1]).map { APIResponse(json: $0) }
        case "apis" where parts.count == 3:
            return discovery.resources(group: parts[1], version: parts[2]).map { APIResponse(json: $0) }
        default: return nil
        }
    }

    private var version: JSONValue {
        [
            "major": "1", "minor": .string(String(configuration.minorVersion)),
            "gitVersion": .string(configuration.gitVersion), "gitCommit": "simulated", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "none", "platform": "linux/amd64",
        ]
    }

    /// Everybody may do everything here, and is told so.
    private func review(_ path: ResourcePath, _ request: APIRequest) throws(APIStatus) -> APIResponse? {
        guard request.method == "POST" else { return nil }
        let verdict: JSONValue
        switch (path.group, path.plural) {
        case ("authorization.k8s.io", "selfsubjectaccessreviews"), ("authorization.k8s.io", "subjectaccessreviews"),
            ("authorization.k8s.io", "localsubjectaccessreviews"):
            verdict = ["allowed": true]
        case ("authorization.k8s.io", "selfsubjectrulesreviews"):
            verdict = [
                "incomplete": false, "nonResourceRules": [],
                "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
            ]
        case ("authentication.k8s.io", "selfsubjectreviews"):
            verdict = ["userInfo": ["username": "admin", "groups": ["system:masters"]]]
        default: return nil
        }
        var answer = try Self.parse(request.body)
        answer["status"] = verdict
        return APIResponse(status: 201, json: answer)
    }
}
