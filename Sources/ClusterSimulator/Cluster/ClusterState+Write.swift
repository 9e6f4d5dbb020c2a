import JSON
import YAML

extension ClusterState {
    /// Stores a new object.
    ///
    /// - Throws: the refusals of a real API server: 400, 403, 404, 409 and 422.
    mutating func create(_ body: JSONValue, _ scope: Scope) throws(APIStatus) -> APIResponse {
        var scope = scope
        var object = body
        try Admission.checkIdentity(&object, &scope)
        if scope.name.isEmpty, let prefix = object["metadata"]?["generateName"]?.stringValue, !prefix.isEmpty {
            scope.name = prefix + String(configuration.makeUID().prefix(5))
            object.setMetadata("name", .string(scope.name))
        }
        guard !scope.name.isEmpty else {
            throw .invalid(
                scope.type,
                "",
                field: "metadata.name",
                reason: "FieldValueRequired",
                "Required value: name or generateName is required"
            )
        }
        try checkNamespace(scope)
        if store.object(scope.type.key, scope.objectName) != nil { throw .alreadyExists(scope.type, scope.name) }
        if let version = object["metadata"]?["resourceVersion"]?.stringValue, !version.isEmpty {
            throw APIStatus(500, "InternalError", "resourceVersion should not be set on objects to be created")
        }
        object = try prepared(object, over: nil, scope)
        object = try ServerSideApply.own(
            object,
            over: blank(scope),
            as: scope.entry(.update, now: now),
            scope.topology
        )
        return try commit(object, over: nil, scope, status: 201)
    }

    /// Replaces an object.
    ///
    /// - Throws: the refusals of a real API server: 400, 404, 409 and 422.
    mutating func update(_ body: JSONValue, _ scope: Scope) throws(APIStatus) -> APIResponse {
        var scope = scope
        var object = body
        try Admission.checkIdentity(&object, &scope)
        let live = try stored(scope)
        let sent = object["metadata"]?["resourceVersion"]?.stringValue ?? ""
        if sent.isEmpty, scope.type.isCustom {
            throw .invalid(
                scope.type,
                scope.name,
                field: "metadata.resourceVersion",
                "Invalid value: 0x0: must be specified for an update"
            )
        }
        return try replace(live, with: object, scope)
    }

    /// Changes an object by a patch of any of the four kinds.
    ///
    /// - Throws: the refusals of a real API server: 400, 404, 409, 415 and 422.
    mutating func patch(_ scope: Scope) throws(APIStatus) -> APIResponse {
        let media = scope.request.contentType.split(separator: ";").first.map(String.init) ?? ""
        if media == "application/apply-patch+yaml" { return try apply(scope) }
        let live = try stored(scope)
        let before = live.json(scope.type, scope.version)
        let patch = try Self.parse(scope.request.body)
        var after: JSONValue
        switch media {
        case "application/merge-patch+json": after = before.merging(patch)
        case "application/strategic-merge-patch+json":
            if scope.type.isCustom {
                throw .unsupportedMediaType(
                    media,
                    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
                )
            }
            after = try StrategicMergePatch.apply(patch, to: before, scope.topology)
        case "application/json-patch+json": after = try JSONPatch.apply(patch, to: before)
        default:
            throw .unsupportedMediaType(
                media,
                "application/json-patch+json, application/merge-patch+json, "
                    + "application/strategic-merge-patch+json, application/apply-patch+yaml"
            )
        }
        var scope = scope
        try Admission.checkIdentity(&after, &scope)
        return try replace(live, with: after, scope)
    }

    private mutating func replace(
        _ stored: StoredObject,
        with object: JSONValue,
        _ scope: Scope
    ) throws(APIStatus) -> APIResponse {
        let live = stored.json(scope.type, scope.version)
        try Admission.checkPreconditions(object["metadata"] ?? [:], live, scope)
        var result = try prepared(object, over: live, scope)
        result = try ServerSideApply.own(result, over: live, as: scope.entry(.update, now: now), scope.topology)
        return try commit(result, over: stored, scope, status: 200)
    }

    private mutating func apply(_ scope: Scope) throws(APIStatus) -> APIResponse {
        guard let manager = scope.request.parameter("fieldManager"), !manager.isEmpty else {
            let message = "Required value: is required for apply patch"
            throw APIStatus(
                422,
                "Invalid",
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: \(message)",
                details: [
                    "group": "meta.k8s.io", "kind": "PatchOptions",
                    "causes": [
                        ["reason": "FieldValueRequired", "message": .string(message), "field": "fieldManager"]
                    ],
                ]
            )
        }
        var scope = scope
        var configuration = try Self.parse(scope.request.body)
        guard configuration["metadata"]?["managedFields"] == nil else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        guard configuration["apiVersion"] != nil, configuration["kind"] != nil else {
            throw .badRequest("Object 'Kind' is missing in '\(configuration.compactText)'")
        }
        try Admission.checkIdentity(&configuration, &scope)
        Admission.keepOwnPart(&configuration, scope)
        if scope.type.isCustom, let schema = scope.type.version(scope.version)?.schema,
            let field = StructuralSchema.undeclared(in: configuration, by: schema)
        {
            let group = scope.type.apiVersion(scope.version)
            throw APIStatus(
                500,
                "InternalError",
                "failed to create typed patch object (\(scope.namespace)/\(scope.name); \(group), "
                    + "Kind=\(scope.type.kind)): \(field): field not declared in schema"
            )
        }
        let live = store.object(scope.type.key, scope.objectName)
        if live == nil {
            if scope.subresource != nil { throw .notFound(scope.type, scope.name) }
            try checkNamespace(scope)
            if configuration["metadata"]?["uid"]?.stringValue?.isEmpty == false {
                throw .conflict(
                    scope.type,
                    scope.name,
                    "uid mismatch: the provided object specified uid, and no existing object was found"
                )
            }
        }
        let before = live?.json(scope.type, scope.version)
        if let before { try Admission.checkPreconditions(configuration["metadata"] ?? [:], before, scope) }
        var object = try ServerSideApply.apply(
            configuration,
            over: before ?? blank(scope),
            as: scope.entry(.apply, now: now),
            force: scope.request.flag("force"),
            scope.topology
        )
        if let before { Admission.restoreIdentity(&object, from: before) }
        object = try prepared(object, over: before, scope)
        return try commit(object, over: live, scope, status: live == nil ? 201 : 200)
    }

    // MARK: - Steps of a write

    /// The body of a request; configurations may be YAML.
    ///
    /// - Throws: 400 when it is neither JSON nor YAML.
    static func parse(_ body: [UInt8]) throws(APIStatus) -> JSONValue {
        do throws(JSONError) { return try JSONValue(parsing: body) } catch {
            guard body.first != UInt8(ascii: "{"), body.first != UInt8(ascii: "[") else {
                throw APIStatus.badRequest("error decoding the body: \(error)")
            }
        }
        guard let value = ManifestReader.first(in: body) else {
            throw APIStatus.badRequest("error decoding the body: neither JSON nor YAML")
        }
        return value
    }

    private func blank(_ scope: Scope) -> JSONValue {
        var metadata: JSONValue = ["name": .string(scope.name)]
        if scope.type.isNamespaced { metadata["namespace"] = .string(scope.namespace) }
        return [
            "apiVersion": .string(scope.type.apiVersion(scope.version)), "kind": .string(scope.type.kind),
            "metadata": metadata,
        ]
    }

    private func checkNamespace(_ scope: Scope) throws(APIStatus) {
        guard scope.type.isNamespaced else { return }
        let name = ObjectName(namespace: "", name: scope.namespace)
        guard let namespace = store.object(Self.namespaces, name) else {
            let type = registry.type(Self.namespaces) ?? scope.type
            throw .notFound(type, scope.namespace)
        }
        guard namespace.isTerminating else { return }
        var details = scope.type.details(scope.name)
        details["causes"] = [
            [
                "reason": "NamespaceTerminating",
                "message": .string("namespace \(scope.namespace) is being terminated"),
                "field": "metadata.namespace",
            ]
        ]
        throw APIStatus(
            403,
            "Forbidden",
            "\(scope.type.qualifiedName) \"\(scope.name)\" is forbidden: unable to create new content in namespace "
                + "\(scope.namespace) because it is being terminated",
            details: details
        )
    }

    /// The object as it would be stored: defaults filled in, checked, with the server's own metadata.
    private mutating func prepared(
        _ object: JSONValue,
        over live: JSONValue?,
        _ scope: Scope
    ) throws(APIStatus) -> JSONValue {
        var result = Admission.limited(object, to: scope.subresource, over: live, scope)
        if scope.type.isCustom {
            if let schema = scope.type.version(scope.version)?.schema {
                result = StructuralSchema.shape(result, by: schema)
                if let fault = StructuralSchema.faults(in: result, by: schema).first {
                    throw .invalid(scope.type, scope.name, field: fault.field, reason: fault.reason, fault.message)
                }
            }
        } else {
            result = Defaults.fill(result, kind: scope.type.kind)
        }
        if scope.type.key == Self.definitions { result = CustomResources.defaulted(result) }
        if scope.type.kind == "Service", scope.type.group.isEmpty { fillAddress(&result, live) }
        try NameValidation.check(scope)
        if live != nil || scope.type.key == Self.definitions { try Immutability.check(result, over: live, scope) }
        Admission.stamp(&result, over: live, scope, uid: configuration.makeUID, now: now)
        return result
    }

    private mutating func fillAddress(_ service: inout JSONValue, _ live: JSONValue?) {
        guard var spec = service["spec"], spec["type"]?.stringValue != "ExternalName" else { return }
        if spec["clusterIP"]?.stringValue?.isEmpty ?? true {
            spec["clusterIP"] = live?["spec"]?["clusterIP"] ?? .string(nextAddress())
        }
        spec["clusterIPs"] = spec["clusterIP"].map { [$0] }
        service["spec"] = spec
    }

    /// Stores what a write made, unless nothing changed or it was only a rehearsal.
    private mutating func commit(
        _ object: JSONValue,
        over live: StoredObject?,
        _ scope: Scope,
        status: Int
    ) throws(APIStatus) -> APIResponse {
        var object = object
        if scope.subresource == nil || scope.subresource == "scale" { object = try withStatus(object, scope) }
        if let live, isUnchanged(object, live, scope) { return present(live, scope) }
        if scope.request.isDryRun {
            let revision = live?.revision ?? 0
            return present(StoredObject(object, name: scope.objectName, revision: revision), scope, status: status)
        }
        if let live, live.isTerminating, Admission.hasNoFinalizers(object, scope) {
            remove(object, scope.type.key, scope.objectName)
            settle()
            return present(StoredObject(object, name: scope.objectName, revision: store.revision), scope)
        }
        let event = store.put(object, scope.type.key, scope.objectName)
        publish(event)
        afterWrite(object, scope, isNew: live == nil)
        return present(event.object, scope, status: status)
    }

    private func isUnchanged(_ object: JSONValue, _ live: StoredObject, _ scope: Scope) -> Bool {
        func comparable(_ value: JSONValue) -> (JSONValue, ManagedFields) {
            let managed = ManagedFields(json: value["metadata"]?["managedFields"]).untimed
            var value = value
            value.setMetadata("managedFields", nil)
            value.setMetadata("resourceVersion", nil)
            return (value, managed)
        }
        return comparable(object) == comparable(live.json(scope.type, scope.version))
    }

    private mutating func withStatus(_ object: JSONValue, _ scope: Scope) throws(APIStatus) -> JSONValue {
        let status: JSONValue?
        if scope.type.key == Self.definitions {
            status = CustomResources.establishedStatus(object, now: now)
        } else if scope.type.key == Self.namespaces {
            status = object["status"] ?? ["phase": "Active"]
        } else {
            status = behaviour.makesReady ? ReadyController.status(of: object, scope.type, now: now) : nil
        }
        guard let status, status != object["status"] else { return object }
        var result = object
        result["status"] = status
        var entry = scope.entry(.update, now: now)
        entry.manager = "kube-controller-manager"
        entry.subresource = "status"
        return try ServerSideApply.own(result, over: object, as: entry, scope.topology)
    }

    private mutating func afterWrite(_ object: JSONValue, _ scope: Scope, isNew: Bool) {
        if scope.type.key == Self.definitions, let type = CustomResources.type(from: object) { registry.register(type) }
        guard isNew, scope.type.key == Self.namespaces, behaviour.fillsNamespaces else { return }
        seed([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": "kube-root-ca.crt", "namespace": .string(scope.name)], "data": ["ca.crt": ""],
        ])
        seed([
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": ["name": "default", "namespace": .string(scope.name)],
        ])
    }
}
