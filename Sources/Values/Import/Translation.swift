import JSON

/// One document in the making: what it takes from where, and what it leaves.
struct Translation {
    let id: DocumentID
    /// The part of the repository that it is made of.
    let source: JSONValue
    /// Where that part stands in the repository's tree.
    let base: JSONPointer
    private(set) var spec: JSONValue = .object([:])
    /// From places in the spec to places in the source.
    private var origins: [JSONPointer: JSONPointer] = [:]
    private var consumed: Set<JSONPointer> = []
    /// Why something is left, where there is more to say than that it has no home.
    private var reasons: [JSONPointer: String] = [:]

    init(_ id: DocumentID, from source: JSONValue, at base: JSONPointer) {
        self.id = id
        self.source = source
        self.base = base
    }

    subscript(path: String...) -> JSONValue? { source[JSONPointer(path)] }

    /// Takes the value at `path` over to `target`, changed by `transform`.
    mutating func move(
        _ path: [String],
        to target: [String]? = nil,
        _ transform: (JSONValue) -> JSONValue? = { $0 }
    ) {
        let pointer = JSONPointer(path)
        guard let value = source[pointer] else { return }
        guard let changed = transform(value) else { return }
        consumed.insert(pointer)
        set(changed, at: target ?? path, from: path)
    }

    /// Says something in the spec that follows from the source without being there as such.
    mutating func set(_ value: JSONValue, at target: [String], from path: [String] = []) {
        let place = JSONPointer(target)
        // Only objects are ever above a target, so this cannot fail.
        guard (try? spec.set(value, at: place)) != nil else { return }
        origins[place] = JSONPointer(path)
    }

    /// Notes that the value at `path` is dealt with.
    mutating func consume(_ path: String...) { consumed.insert(JSONPointer(path)) }

    /// Leaves the value at `path`, for this reason.
    mutating func leave(_ path: [String], because reason: String) {
        reasons[JSONPointer(path)] = reason
    }

    /// Removes a place of the spec that the schema does not want.
    mutating func remove(_ place: JSONPointer) {
        guard let key = place.tokens.last else { return }
        let parent = JSONPointer(Array(place.tokens.dropLast()))
        guard var members = spec[parent]?.objectValue else { return }
        members[key] = nil
        guard (try? spec.set(.object(members), at: parent)) != nil else { return }
    }

    /// The place in the repository's tree that a place of the spec was made of.
    func origin(of place: JSONPointer) -> JSONPointer {
        for count in stride(from: place.tokens.count, through: 0, by: -1) {
            let prefix = JSONPointer(Array(place.tokens.prefix(count)))
            if let origin = origins[prefix] {
                let rest = place.tokens.dropFirst(count)
                return JSONPointer(base.tokens + origin.tokens + rest)
            }
        }
        return JSONPointer(base.tokens + place.tokens)
    }

    /// What nothing was made of, with the reason.
    func leftovers() -> [(pointer: JSONPointer, reason: String)] {
        var result: [(pointer: JSONPointer, reason: String)] = []
        func collect(_ value: JSONValue, _ pointer: JSONPointer) {
            if consumed.contains(pointer) { return }
            let hasConsumed = consumed.contains { $0.tokens.starts(with: pointer.tokens) }
            if let members = value.objectValue, !members.isEmpty, hasConsumed || pointer == .root {
                for (key, member) in members.sorted(by: { $0.key < $1.key }) { collect(member, pointer.appending(key)) }
            } else if pointer != .root, value != .object([:]) {
                let reason = reasons[pointer] ?? "\(id) has no place for it"
                result.append((JSONPointer(base.tokens + pointer.tokens), reason))
            }
        }
        collect(source, .root)
        return result
    }
}
