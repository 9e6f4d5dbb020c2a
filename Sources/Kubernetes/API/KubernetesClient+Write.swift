import HTTPTransport
package import JSON

extension KubernetesClient {
    /// How much of the written object the server sends back.
    package enum AnswerDetail: Hashable, Sendable {
        case full
        /// Only `metadata`: less to send and to parse where nobody looks at the rest.
        case metadata
    }

    /// What a delete led to.
    package enum Deletion: Hashable, Sendable {
        /// The object is gone.
        case gone
        /// The object goes when its finalizers or its grace period let it.
        case terminating(KubernetesObject)
    }

    // MARK: - Server-side apply

    /// Makes the fields of `object` ours and as stated; creates the object when it is not there.
    ///
    /// - Throws: `KubernetesError`: `fieldConflict` with the other managers, unless `force` takes their fields over;
    ///   `notServed` when the kind is not known (yet).
    @discardableResult
    package func serverSideApply(
        _ object: KubernetesObject,
        fieldManager: String,
        force: Bool = false,
        dryRun: Bool = false,
        answer: AnswerDetail = .full
    ) async throws(KubernetesError) -> KubernetesObject {
        let resource = try await resource(for: object.type)
        return try await serverSideApply(
            body: object.json.serialized(),
            to: object.key,
            of: resource,
            fieldManager: fieldManager,
            force: force,
            dryRun: dryRun,
            answer: answer
        )
    }

    /// The same for an object that is already written as JSON, so that it is not parsed and written again.
    ///
    /// - Throws: `KubernetesError` as above.
    @discardableResult
    package func serverSideApply(
        body: [UInt8],
        to key: ObjectKey,
        of resource: APIResource,
        fieldManager: String,
        force: Bool = false,
        dryRun: Bool = false,
        answer: AnswerDetail = .full
    ) async throws(KubernetesError) -> KubernetesObject {
        var query = [("fieldManager", fieldManager), ("force", force ? "true" : "false")]
        if dryRun { query.append(("dryRun", "All")) }
        let path = resource.path(namespace: namespace(of: key.namespace, in: resource), object: key.name)
        let accept = ListOptions(metadataOnly: answer == .metadata).accept(list: false)
        let written = try await json(
            .patch,
            path + ListOptions.query(query),
            headers: ["Content-Type": "application/apply-patch+yaml", "Accept": accept],
            body: body,
            operation: "apply \(key)"
        )
        return KubernetesObject(written, typed: resource.type)
    }

    // MARK: - The other writes

    /// Creates `object`.
    ///
    /// - Throws: `KubernetesError`: `alreadyExists` when it is there.
    @discardableResult
    package func create(
        _ object: KubernetesObject,
        fieldManager: String,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> KubernetesObject {
        let resource = try await resource(for: object.type)
        let path = resource.path(namespace: namespace(of: object.namespace, in: resource))
        return KubernetesObject(
            try await json(
                .post,
                path + Self.writeQuery(fieldManager, dryRun),
                body: object.json.serialized(),
                operation: "create \(object.key)"
            )
        )
    }

    /// Replaces the whole object; with a `resourceVersion` in it only that version.
    ///
    /// - Throws: `KubernetesError`: `conflict` when it has another version meanwhile.
    @discardableResult
    package func replace(
        _ object: KubernetesObject,
        subresource: String? = nil,
        fieldManager: String,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> KubernetesObject {
        let resource = try await resource(for: object.type)
        let namespace = namespace(of: object.namespace, in: resource)
        let path = resource.path(namespace: namespace, object: object.name, subresource: subresource)
        return KubernetesObject(
            try await json(
                .put,
                path + Self.writeQuery(fieldManager, dryRun),
                body: object.json.serialized(),
                operation: "replace \(object.key)"
            )
        )
    }

    /// Merges `patch` into an object (RFC 7386).
    ///
    /// - Throws: `KubernetesError`: `notFound` when it is not there.
    @discardableResult
    package func mergePatch(
        _ type: GroupVersionKind,
        namespace: String? = nil,
        name: String,
        patch: JSONValue,
        subresource: String? = nil,
        fieldManager: String,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> KubernetesObject {
        let resource = try await resource(for: type)
        let home = self.namespace(of: namespace, in: resource)
        let path = resource.path(namespace: home, object: name, subresource: subresource)
        let key = ObjectKey(group: type.group, kind: type.kind, namespace: namespace, name: name)
        return KubernetesObject(
            try await json(
                .patch,
                path + Self.writeQuery(fieldManager, dryRun),
                headers: ["Content-Type": "application/merge-patch+json"],
                body: patch.serialized(),
                operation: "patch \(key)"
            )
        )
    }

    /// Says who owns the fields of an object, provided that it has not changed since it was read.
    ///
    /// - Throws: `KubernetesError`: `conflict` when it has another version meanwhile.
    @discardableResult
    package func setOwnership(
        _ ownership: FieldOwnership,
        of object: KubernetesObject,
        in resource: APIResource,
        fieldManager: String
    ) async throws(KubernetesError) -> KubernetesObject {
        let patch: JSONValue = [
            "metadata": .members([
                "uid": object.uid, "resourceVersion": object.resourceVersion, "managedFields": ownership.json,
            ])
        ]
        let path = resource.path(namespace: namespace(of: object.namespace, in: resource), object: object.name)
        let written = try await json(
            .patch,
            path + Self.writeQuery(fieldManager, false),
            headers: [
                "Content-Type": "application/merge-patch+json",
                "Accept": ListOptions(metadataOnly: true).accept(list: false),
            ],
            body: patch.serialized(),
            operation: "take over \(object.key)"
        )
        return KubernetesObject(written, typed: resource.type)
    }

    /// Deletes an object, and what it owns as `propagation` says.
    ///
    /// - Throws: `KubernetesError`: `notFound` when it is gone already, `conflict` when a precondition does not hold.
    @discardableResult
    package func delete(
        _ type: GroupVersionKind,
        namespace: String? = nil,
        name: String,
        preconditions: Preconditions = .none,
        propagation: Propagation = .background,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> Deletion {
        try await delete(
            ObjectKey(group: type.group, kind: type.kind, namespace: namespace, name: name),
            of: try await resource(for: type),
            preconditions: preconditions,
            propagation: propagation,
            dryRun: dryRun
        )
    }

    /// Deletes an object whose resource is known.
    ///
    /// - Throws: `KubernetesError` as above.
    @discardableResult
    package func delete(
        _ key: ObjectKey,
        of resource: APIResource,
        preconditions: Preconditions = .none,
        propagation: Propagation = .background,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> Deletion {
        let options: JSONValue = .members([
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation.rawValue,
            "preconditions": preconditions.json,
            "dryRun": dryRun ? ["All"] : nil,
        ])
        let path = resource.path(namespace: namespace(of: key.namespace, in: resource), object: key.name)
        let answer = try await json(.delete, path, body: options.serialized(), operation: "delete \(key)")
        // A Status says that it is done; anything else is the object, which something still holds.
        let object = KubernetesObject(answer)
        guard object.kind != "Status", object.isTerminating else { return .gone }
        return .terminating(object)
    }

    private static func writeQuery(_ fieldManager: String, _ dryRun: Bool) -> String {
        ListOptions.query([("fieldManager", fieldManager)] + (dryRun ? [("dryRun", "All")] : []))
    }
}
