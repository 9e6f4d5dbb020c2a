import JSON

/// The objects of one cluster, their resource versions and a bounded history of changes.
struct ObjectStore: Sendable {
    enum Change: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    struct Event: Sendable {
        var change: Change
        var key: ResourceKey
        var object: StoredObject
        var previous: StoredObject?
    }

    /// An object by resource and name.
    struct Reference: Hashable, Sendable {
        var key: ResourceKey
        var name: ObjectName
    }

    private(set) var revision: Int64 = 1
    /// The newest revision that is no longer in the history.
    private(set) var forgotten: Int64 = 1
    private var tables: [ResourceKey: [ObjectName: StoredObject]] = [:]
    private var history: [Event] = []
    private var dependents: [String: Set<Reference>] = [:]
    private let historyLimit: Int

    init(historyLimit: Int) {
        self.historyLimit = historyLimit
    }

    // MARK: - Reading

    func object(_ key: ResourceKey, _ name: ObjectName) -> StoredObject? { tables[key]?[name] }

    /// The objects of a resource, of one namespace or of all, sorted by name.
    func objects(_ key: ResourceKey, namespace: String? = nil) -> [StoredObject] {
        guard let table = tables[key] else { return [] }
        let chosen =
            namespace.map { wanted in table.values.filter { $0.name.namespace == wanted } } ?? Array(table.values)
        return chosen.sorted { $0.name < $1.name }
    }

    /// Every object in a namespace, whatever its kind.
    func contents(of namespace: String) -> [Reference] {
        tables.flatMap { key, table in
            table.keys.filter { $0.namespace == namespace }.map { Reference(key: key, name: $0) }
        }.sorted { ($0.key.plural, $0.name) < ($1.key.plural, $1.name) }
    }

    func isEmpty(namespace: String) -> Bool {
        !tables.values.contains { $0.keys.contains { $0.namespace == namespace } }
    }

    func isEmpty(_ key: ResourceKey) -> Bool { tables[key]?.isEmpty ?? true }

    /// The objects that name `uid` as an owner.
    func dependents(of uid: String) -> [Reference] {
        (dependents[uid] ?? []).sorted { ($0.key.plural, $0.name) < ($1.key.plural, $1.name) }
    }

    /// How many objects there are.
    var count: Int { tables.values.reduce(0) { $0 + $1.count } }

    /// The changes after a revision; `nil` when some of them are forgotten.
    func changes(after revision: Int64) -> ArraySlice<Event>? {
        guard revision >= forgotten else { return nil }
        let start = history.firstIndex { $0.object.revision > revision } ?? history.endIndex
        return history[start...]
    }

    // MARK: - Writing

    /// Stores an object under the next revision.
    mutating func put(_ object: JSONValue, _ key: ResourceKey, _ name: ObjectName) -> Event {
        let previous = tables[key]?[name]
        let stored = stamp(object, name)
        tables[key, default: [:]][name] = stored
        let reference = Reference(key: key, name: name)
        for uid in previous?.ownerUIDs ?? [] { forget(reference, from: uid) }
        for uid in stored.ownerUIDs { dependents[uid, default: []].insert(reference) }
        return record(Event(change: previous == nil ? .added : .modified, key: key, object: stored, previous: previous))
    }

    /// Removes an object; the event carries its last form under the next revision.
    mutating func remove(_ object: JSONValue, _ key: ResourceKey, _ name: ObjectName) -> Event? {
        guard let previous = tables[key]?.removeValue(forKey: name) else { return nil }
        for uid in previous.ownerUIDs { forget(Reference(key: key, name: name), from: uid) }
        return record(Event(change: .deleted, key: key, object: stamp(object, name), previous: previous))
    }

    /// Forgets the history, so that every older watch is too old.
    mutating func compact() {
        history = []
        forgotten = revision
    }

    private mutating func stamp(_ object: JSONValue, _ name: ObjectName) -> StoredObject {
        revision += 1
        var object = object
        var metadata = object["metadata"] ?? [:]
        metadata["resourceVersion"] = .string(String(revision))
        object["metadata"] = metadata
        return StoredObject(object, name: name, revision: revision)
    }

    private mutating func record(_ event: Event) -> Event {
        history.append(event)
        // Dropping half at a time keeps the cost of each write constant.
        if history.count > historyLimit * 2 {
            forgotten = history[history.count - historyLimit - 1].object.revision
            history.removeFirst(history.count - historyLimit)
        }
        return event
    }

    private mutating func forget(_ reference: Reference, from uid: String) {
        dependents[uid]?.remove(reference)
        if dependents[uid]?.isEmpty == true { dependents[uid] = nil }
    }
}
