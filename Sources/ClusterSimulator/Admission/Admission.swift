import JSON

extension JSONValue {
    /// Sets or removes one member of `metadata`.
    mutating func setMetadata(_ key: String, _ value: JSONValue?) {
        var metadata = self["metadata"] ?? [:]
        metadata[key] = value
        self["metadata"] = metadata
    }
}

/// The checks and stamps that every write passes before it is stored.
enum Admission {
    /// Compares the body's identity with the path's, and completes each by the other.
    ///
    /// - Throws: 400 when they contradict each other.
    static func checkIdentity(_ object: inout JSONValue, _ scope: inout ClusterState.Scope) throws(APIStatus) {
        guard object.objectValue != nil else { throw .badRequest("the body is no object") }
        let apiVersion = scope.type.apiVersion(scope.version)
        if let sent = object["apiVersion"]?.stringValue, sent != apiVersion {
            throw .badRequest(
                "the API version in the data (\(sent)) does not match the expected API version (\(apiVersion))"
            )
        }
        if let sent = object["kind"]?.stringValue, sent != scope.type.kind {
            throw .badRequest("\(sent) in version \"\(scope.version)\" cannot be handled as a \(scope.type.kind)")
        }
        object["apiVersion"] = .string(apiVersion)
        object["kind"] = .string(scope.type.kind)
        if let name = object["metadata"]?["name"]?.stringValue, !name.isEmpty {
            if scope.name.isEmpty { scope.name = name }
            guard name == scope.name else {
                throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(scope.name))")
            }
        } else if !scope.name.isEmpty {
            object.setMetadata("name", .string(scope.name))
        }
        guard scope.type.isNamespaced else { return }
        if let namespace = object["metadata"]?["namespace"]?.stringValue, !namespace.isEmpty {
            guard namespace == scope.namespace else {
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request"
                )
            }
        } else {
            object.setMetadata("namespace", .string(scope.namespace))
        }
    }

    /// Compares the identity and version that a writer expects with the live object's.
    ///
    /// - Throws: 409 when another object or a newer version is there.
    static func checkPreconditions(
        _ metadata: JSONValue,
        _ live: JSONValue,
        _ scope: ClusterState.Scope
    ) throws(APIStatus) {
        if let uid = metadata["uid"]?.stringValue, !uid.isEmpty, uid != live["metadata"]?["uid"]?.stringValue {
            let found = live["metadata"]?["uid"]?.stringValue ?? ""
            throw .conflict(
                scope.type,
                scope.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(found)"
            )
        }
        if let version = metadata["resourceVersion"]?.stringValue, !version.isEmpty,
            version != live["metadata"]?["resourceVersion"]?.stringValue
        {
            throw .modified(scope.type, scope.name)
        }
    }

    /// Leaves in an applied configuration only what its path may change, so that nothing else is owned.
    static func keepOwnPart(_ configuration: inout JSONValue, _ scope: ClusterState.Scope) {
        guard hasStatus(scope) else { return }
        if scope.subresource == "status" {
            configuration = .object(
                (configuration.objectValue ?? [:]).filter {
                    ["apiVersion", "kind", "metadata", "status"].contains($0.key)
                }
            )
            configuration["metadata"] = .object(
                (configuration["metadata"]?.objectValue ?? [:]).filter {
                    ["name", "namespace", "uid", "resourceVersion"].contains($0.key)
                }
            )
        } else {
            configuration["status"] = nil
        }
    }

    /// Gives back what a configuration cannot change although it names it.
    static func restoreIdentity(_ object: inout JSONValue, from live: JSONValue) {
        for key in ["uid", "resourceVersion"] { object.setMetadata(key, live["metadata"]?[key]) }
    }

    /// The part of `object` that the path may change, over the rest of the live object.
    static func limited(
        _ object: JSONValue,
        to subresource: String?,
        over live: JSONValue?,
        _ scope: ClusterState.Scope
    ) -> JSONValue {
        var result = object
        if subresource == "status", let live {
            result = live
            result["status"] = object["status"]
            result.setMetadata("managedFields", object["metadata"]?["managedFields"])
        } else if subresource == "finalize", let live {
            result = live
            var spec = live["spec"] ?? [:]
            spec["finalizers"] = object["spec"]?["finalizers"]
            result["spec"] = spec
        } else if hasStatus(scope) {
            result["status"] = live?["status"]
        }
        return result
    }

    /// Writes the metadata that only the server writes.
    static func stamp(
        _ object: inout JSONValue,
        over live: JSONValue?,
        _ scope: ClusterState.Scope,
        uid: () -> String,
        now: String
    ) {
        var metadata = object["metadata"] ?? [:]
        metadata["selfLink"] = nil
        if metadata["generateName"] == "" { metadata["generateName"] = nil }
        if let live {
            for key in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
                metadata[key] = live["metadata"]?[key]
            }
            metadata["resourceVersion"] = live["metadata"]?["resourceVersion"]
        } else {
            metadata["uid"] = .string(uid())
            metadata["creationTimestamp"] = .string(now)
            metadata["deletionTimestamp"] = nil
            metadata["generation"] = nil
            metadata["resourceVersion"] = nil
        }
        for key in ["labels", "annotations", "finalizers", "ownerReferences"]
        where metadata[key] == [:] || metadata[key] == [] || metadata[key]?.isNull == true {
            metadata[key] = nil
        }
        object["metadata"] = metadata
        if scope.type.key == ClusterState.namespaces { stampNamespace(&object, isNew: live == nil, scope) }
        guard scope.type.hasGeneration else { return }
        let before = live?["metadata"]?["generation"]?.integerValue ?? 0
        if live == nil || specification(object, scope) != live.map({ specification($0, scope) }) {
            object.setMetadata("generation", .integer(before + 1))
        }
    }

    private static func stampNamespace(_ object: inout JSONValue, isNew: Bool, _ scope: ClusterState.Scope) {
        var labels = object["metadata"]?["labels"] ?? [:]
        labels["kubernetes.io/metadata.name"] = .string(scope.name)
        object.setMetadata("labels", labels)
        guard isNew else { return }
        var spec = object["spec"] ?? [:]
        if spec["finalizers"] == nil { spec["finalizers"] = ["kubernetes"] }
        object["spec"] = spec
        object["status"] = ["phase": "Active"]
    }

    /// What a change of raises the generation: all but metadata, and status where that is a subresource.
    private static func specification(_ object: JSONValue, _ scope: ClusterState.Scope) -> JSONValue {
        var result = object
        result["metadata"] = nil
        if hasStatus(scope) { result["status"] = nil }
        return result
    }

    static func hasStatus(_ scope: ClusterState.Scope) -> Bool {
        scope.type.version(scope.version)?.hasStatus ?? false
    }

    /// Whether nothing holds a terminating object back any longer.
    static func hasNoFinalizers(_ object: JSONValue, _ scope: ClusterState.Scope) -> Bool {
        let own = object["metadata"]?["finalizers"]?.arrayValue?.isEmpty ?? true
        guard scope.type.key == ClusterState.namespaces else { return own }
        return own && object["spec"]?["finalizers"]?.arrayValue?.isEmpty ?? true
    }
}
