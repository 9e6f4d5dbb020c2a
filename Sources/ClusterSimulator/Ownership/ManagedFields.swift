import JSON

/// Who owns which fields of one object: `metadata.managedFields`.
struct ManagedFields: Equatable, Sendable {
    enum Operation: String, Sendable {
        case apply = "Apply"
        case update = "Update"
    }

    struct Entry: Equatable, Sendable {
        var manager: String
        var operation: Operation
        var apiVersion: String
        var subresource: String
        var time: String
        var fields: FieldSet

        /// Whether both entries are of the same manager.
        func isSame(as other: Entry) -> Bool {
            manager == other.manager && operation == other.operation && subresource == other.subresource
        }
    }

    var entries: [Entry] = []

    init() {}

    /// Reads `metadata.managedFields`; entries that make no sense are left out.
    init(json: JSONValue?) {
        entries = (json?.arrayValue ?? []).compactMap { entry in
            guard let manager = entry["manager"]?.stringValue,
                let operation = entry["operation"]?.stringValue.flatMap(Operation.init), let fields = entry["fieldsV1"]
            else { return nil }
            return Entry(
                manager: manager,
                operation: operation,
                apiVersion: entry["apiVersion"]?.stringValue ?? "",
                subresource: entry["subresource"]?.stringValue ?? "",
                time: entry["time"]?.stringValue ?? "",
                fields: FieldSet(fieldsV1: fields)
            )
        }
    }

    var json: JSONValue? {
        guard !entries.isEmpty else { return nil }
        let sorted = entries.sorted { left, right in
            if left.operation != right.operation { return left.operation == .apply }
            if left.time != right.time { return left.time < right.time }
            return (left.manager, left.subresource) < (right.manager, right.subresource)
        }
        return .array(
            sorted.map { entry in
                var json: JSONValue = [
                    "manager": .string(entry.manager), "operation": .string(entry.operation.rawValue),
                    "apiVersion": .string(entry.apiVersion), "time": .string(entry.time), "fieldsType": "FieldsV1",
                    "fieldsV1": entry.fields.fieldsV1,
                ]
                if !entry.subresource.isEmpty { json["subresource"] = .string(entry.subresource) }
                return json
            }
        )
    }

    /// Everything that anybody owns.
    var union: FieldSet { entries.reduce(.empty) { $0.union($1.fields) } }

    /// The fields that this manager applied last.
    func fields(of entry: Entry) -> FieldSet { entries.first { $0.isSame(as: entry) }?.fields ?? .empty }

    /// Replaces the fields of one manager; an unchanged set keeps its time.
    mutating func set(_ entry: Entry) {
        guard let position = entries.firstIndex(where: { $0.isSame(as: entry) }) else {
            if !entry.fields.isEmpty { entries.append(entry) }
            return
        }
        if entry.fields.isEmpty {
            entries.remove(at: position)
        } else if entries[position].fields != entry.fields || entries[position].apiVersion != entry.apiVersion {
            entries[position] = entry
        }
    }

    /// Notes that the manager of `entry` changed values, whether or not its set of fields did.
    mutating func stamp(_ entry: Entry) {
        guard let position = entries.firstIndex(where: { $0.isSame(as: entry) }) else { return }
        entries[position].time = entry.time
    }

    /// Takes fields away from everybody but `entry`'s manager.
    mutating func take(_ fields: FieldSet, except entry: Entry) {
        for position in entries.indices where !entries[position].isSame(as: entry) {
            entries[position].fields = entries[position].fields.subtracting(fields)
        }
        entries.removeAll { $0.fields.isEmpty }
    }

    /// The fields of others that a change of `changed` would overwrite.
    func conflicts(with changed: FieldSet, except entry: Entry) -> [(entry: Entry, path: [String])] {
        entries.filter { !$0.isSame(as: entry) }.flatMap { other in
            other.fields.intersection(changed).paths.map { (other, $0) }
        }
    }

    /// The same owners without their times, to tell whether anything changed.
    var untimed: ManagedFields {
        var result = self
        for position in result.entries.indices { result.entries[position].time = "" }
        result.entries.sort {
            ($0.manager, $0.operation.rawValue, $0.subresource) < ($1.manager, $1.operation.rawValue, $1.subresource)
        }
        return result
    }
}
