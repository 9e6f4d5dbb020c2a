import JSON

/// Server-side apply and the bookkeeping of every other write.
enum ServerSideApply {
    /// Lays a configuration over a live object and moves the ownership of its fields.
    ///
    /// - Throws: 409 naming every manager and field when others own what would change and `force` is not given.
    static func apply(
        _ configuration: JSONValue,
        over live: JSONValue,
        as entry: ManagedFields.Entry,
        force: Bool,
        _ topology: Topology
    ) throws(APIStatus) -> JSONValue {
        var managed = ManagedFields(json: live["metadata"]?["managedFields"])
        var entry = entry
        entry.fields = try FieldSet(declaredBy: configuration, topology).owned
        // Whoever declares nothing takes nothing, so nobody else's share has to be written down either.
        if managed.entries.isEmpty, live["metadata"]?["uid"] != nil, !entry.fields.isEmpty {
            var before = entry
            before.manager = "before-first-apply"
            before.operation = .update
            before.fields = try FieldSet(declaredBy: live, topology).owned
            managed.set(before)
        }
        let last = managed.fields(of: entry)
        var merged = try ObjectMerge.merge(live, configuration, topology)
        managed.set(entry)
        let gone = last.subtracting(entry.fields)
        if !gone.isEmpty {
            merged = try ObjectMerge.removing(gone, keeping: managed.union, from: merged, topology) ?? [:]
        }
        let difference = try FieldSet.difference(live, merged, topology)
        let conflicts = managed.conflicts(with: difference.changed, except: entry)
        if !conflicts.isEmpty {
            guard force else { throw conflict(conflicts) }
            managed.take(difference.changed, except: entry)
        }
        managed.take(difference.removed, except: entry)
        if !difference.changed.isEmpty || !difference.removed.isEmpty { managed.stamp(entry) }
        return setting(managed, in: merged)
    }

    /// Gives the fields that a create, an update or a patch changed to the manager who did it.
    ///
    /// - Throws: 400 when an element of a keyed list has no key.
    static func own(
        _ new: JSONValue,
        over live: JSONValue,
        as entry: ManagedFields.Entry,
        _ topology: Topology
    ) throws(APIStatus) -> JSONValue {
        let difference = try FieldSet.difference(live, new, topology)
        let sent = new["metadata"]?["managedFields"]
        let isReset = sent?.arrayValue.map { $0.isEmpty || $0 == [[:]] } ?? false
        var managed = isReset ? ManagedFields() : ManagedFields(json: sent ?? live["metadata"]?["managedFields"])
        var entry = entry
        entry.fields = managed.fields(of: entry).subtracting(difference.removed).union(difference.changed)
        managed.take(difference.changed.union(difference.removed), except: entry)
        if !isReset { managed.set(entry) }
        return setting(managed, in: new)
    }

    private static func setting(_ managed: ManagedFields, in object: JSONValue) -> JSONValue {
        var result = object
        var metadata = object["metadata"] ?? [:]
        metadata["managedFields"] = managed.json
        result["metadata"] = metadata
        return result
    }

    private static func conflict(_ conflicts: [(entry: ManagedFields.Entry, path: [String])]) -> APIStatus {
        let causes = conflicts.map { conflict -> JSONValue in
            [
                "reason": "FieldManagerConflict", "message": .string("conflict with \(name(conflict.entry))"),
                "field": .string(FieldSet.text(conflict.path)),
            ]
        }
        let message: String
        if conflicts.count == 1 {
            message =
                "Apply failed with 1 conflict: conflict with \(name(conflicts[0].entry)): "
                + FieldSet.text(conflicts[0].path)
        } else {
            var lines: [String] = []
            for manager in Set(conflicts.map { name($0.entry) }).sorted() {
                lines.append("conflicts with \(manager):")
                lines += conflicts.filter { name($0.entry) == manager }.map { "- " + FieldSet.text($0.path) }
            }
            message = "Apply failed with \(conflicts.count) conflicts: " + lines.joined(separator: "\n")
        }
        return APIStatus(409, "Conflict", message, details: ["causes": .array(causes)])
    }

    private static func name(_ entry: ManagedFields.Entry) -> String {
        var text = "\"\(entry.manager)\""
        if !entry.subresource.isEmpty { text += " with subresource \"\(entry.subresource)\"" }
        return entry.operation == .update ? text + " using \(entry.apiVersion)" : text
    }
}
