import JSON

extension ClusterState {
    /// What a DELETE asks for beside the object.
    private struct DeleteOptions {
        var uid: String?
        var resourceVersion: String?
        var propagation: String
        var isDryRun: Bool

        init(_ scope: Scope) throws(APIStatus) {
            let body = scope.request.body.isEmpty ? [:] : try ClusterState.parse(scope.request.body)
            uid = body["preconditions"]?["uid"]?.stringValue
            resourceVersion = body["preconditions"]?["resourceVersion"]?.stringValue
            let orphans = body["orphanDependents"]?.boolValue == true
            propagation =
                body["propagationPolicy"]?.stringValue ?? scope.request.parameter("propagationPolicy")
                ?? (orphans ? "Orphan" : "Background")
            isDryRun = scope.request.isDryRun || body["dryRun"]?.arrayValue?.contains("All") == true
        }
    }

    /// Deletes one object, or marks it when finalizers hold it back.
    ///
    /// - Throws: 404 when it is not there, 409 when a precondition fails.
    mutating func delete(_ scope: Scope) throws(APIStatus) -> APIResponse {
        let options = try DeleteOptions(scope)
        let live = try stored(scope)
        if let uid = options.uid, uid != live.uid {
            throw .conflict(
                scope.type,
                scope.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(live.uid)). The object might "
                    + "have been deleted and then recreated"
            )
        }
        if let version = options.resourceVersion, version != String(live.revision) {
            throw .conflict(
                scope.type,
                scope.name,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
                    + "(\(live.revision)). The object might have been modified"
            )
        }
        if options.isDryRun { return deleted(live, scope) }
        delete(live, scope.type, propagation: options.propagation)
        settle()
        guard let rest = store.object(scope.type.key, scope.objectName), rest.uid == live.uid else {
            return deleted(live, scope)
        }
        return present(rest, scope)
    }

    /// Deletes every object that a list with the same selectors would show.
    ///
    /// - Throws: 400 for a selector that cannot be read.
    mutating func deleteCollection(_ scope: Scope) throws(APIStatus) -> APIResponse {
        let options = try DeleteOptions(scope)
        let response = try list(scope)
        guard !options.isDryRun else { return response }
        let selectors = try Selectors(
            label: scope.request.parameter("labelSelector"),
            field: scope.request.parameter("fieldSelector")
        )
        let namespace = scope.type.isNamespaced && !scope.namespace.isEmpty ? scope.namespace : nil
        for object in store.objects(scope.type.key, namespace: namespace) where selectors.matches(object) {
            delete(object, scope.type, propagation: options.propagation)
        }
        settle()
        return response
    }

    private func deleted(_ object: StoredObject, _ scope: Scope) -> APIResponse {
        var details = scope.type.details(scope.name)
        details["uid"] = .string(object.uid)
        return APIResponse(
            json: [
                "apiVersion": "v1", "kind": "Status", "metadata": [:], "status": "Success", "details": details,
            ]
        )
    }

    // MARK: - Movements

    private mutating func delete(_ live: StoredObject, _ type: ResourceType, propagation: String) {
        guard let version = type.versions.first?.name else { return }
        let dependents = store.dependents(of: live.uid)
        if behaviour.collectsGarbage {
            switch propagation {
            case "Orphan": for dependent in dependents { disown(dependent, live.uid) }
            case "Foreground": for dependent in dependents { collect(dependent) }
            default: break
            }
        }
        var object = live.json(type, version)
        if type.key == Self.namespaces {
            markTerminating(&object)
            object["status"] = ["phase": "Terminating"]
            publish(store.put(object, type.key, live.name))
            if behaviour.finishesNamespaces { empty(live.name.name) }
            return
        }
        if type.key == Self.definitions { deleteInstances(of: object) }
        let isHeld = object["metadata"]?["finalizers"]?.arrayValue?.isEmpty == false
        let hasInstances = type.key == Self.definitions && instances(of: object) > 0
        if isHeld || hasInstances {
            guard !live.isTerminating else { return }
            markTerminating(&object)
            publish(store.put(object, type.key, live.name))
        } else {
            remove(object, type.key, live.name)
        }
    }

    private func markTerminating(_ object: inout JSONValue) {
        guard object["metadata"]?["deletionTimestamp"] == nil else { return }
        object.setMetadata("deletionTimestamp", .string(now))
        object.setMetadata("deletionGracePeriodSeconds", 0)
    }

    /// Takes an object out of the store, with what it owned.
    mutating func remove(_ object: JSONValue, _ key: ResourceKey, _ name: ObjectName) {
        guard let event = store.remove(object, key, name) else { return }
        publish(event)
        if key == Self.definitions, let type = CustomResources.type(from: object) { registry.unregister(type.key) }
        guard behaviour.collectsGarbage, let uid = event.previous?.uid else { return }
        for dependent in store.dependents(of: uid) where isOrphan(dependent) { collect(dependent) }
    }

    private mutating func collect(_ reference: ObjectStore.Reference) {
        guard let live = store.object(reference.key, reference.name), let type = registry.type(reference.key) else {
            return
        }
        delete(live, type, propagation: "Background")
    }

    /// Whether no owner of an object exists any longer.
    private func isOrphan(_ reference: ObjectStore.Reference) -> Bool {
        guard let object = store.object(reference.key, reference.name),
            let type = registry.type(reference.key), let version = type.versions.first?.name
        else { return false }
        let owners = object.json(type, version)["metadata"]?["ownerReferences"]?.arrayValue ?? []
        return !owners.contains { owner in
            guard let kind = owner["kind"]?.stringValue, let name = owner["name"]?.stringValue else { return false }
            let group = owner["apiVersion"]?.stringValue?.split(separator: "/").dropLast().first.map(String.init) ?? ""
            guard let type = registry.types.first(where: { $0.kind == kind && $0.group == group }) else { return false }
            let place = ObjectName(namespace: type.isNamespaced ? reference.name.namespace : "", name: name)
            return store.object(type.key, place)?.uid == owner["uid"]?.stringValue
        }
    }

    private mutating func disown(_ reference: ObjectStore.Reference, _ uid: String) {
        guard let live = store.object(reference.key, reference.name), let type = registry.type(reference.key),
            let version = type.versions.first?.name
        else { return }
        var object = live.json(type, version)
        let owners = object["metadata"]?["ownerReferences"]?.arrayValue ?? []
        let rest = owners.filter { $0["uid"]?.stringValue != uid }
        object.setMetadata("ownerReferences", rest.isEmpty ? nil : .array(rest))
        publish(store.put(object, reference.key, reference.name))
    }

    private mutating func empty(_ namespace: String) {
        for reference in store.contents(of: namespace) { collect(reference) }
    }

    private mutating func deleteInstances(of definition: JSONValue) {
        guard let type = CustomResources.type(from: definition) else { return }
        for object in store.objects(type.key) { delete(object, type, propagation: "Background") }
    }

    private func instances(of definition: JSONValue) -> Int {
        CustomResources.type(from: definition).map { store.objects($0.key).count } ?? 0
    }

    /// Lets go of terminating namespaces and definitions that nothing is left in.
    mutating func settle() {
        if behaviour.finishesNamespaces, let type = registry.type(Self.namespaces) {
            for namespace in store.objects(Self.namespaces)
            where namespace.isTerminating && store.isEmpty(namespace: namespace.name.name) {
                let object = namespace.json(type, "v1")
                guard object["metadata"]?["finalizers"]?.arrayValue?.isEmpty ?? true else { continue }
                remove(object, Self.namespaces, namespace.name)
            }
        }
        guard let type = registry.type(Self.definitions) else { return }
        for definition in store.objects(Self.definitions) where definition.isTerminating {
            let object = definition.json(type, "v1")
            guard object["metadata"]?["finalizers"]?.arrayValue?.isEmpty ?? true, instances(of: object) == 0 else {
                continue
            }
            remove(object, Self.definitions, definition.name)
        }
    }
}
