import JSON

/// A set of fields of one object, in the shape of `fieldsV1`.
///
/// Path elements keep the text of `fieldsV1`: `f:name`, `k:{"name":"x"}` or `v:"x"`.
struct FieldSet: Equatable, Sendable {
    /// Whether the place itself is in the set.
    var isMember: Bool
    var children: [String: FieldSet]

    static let empty = FieldSet(isMember: false, children: [:])
    static let leaf = FieldSet(isMember: true, children: [:])

    init(isMember: Bool, children: [String: FieldSet]) {
        self.isMember = isMember
        self.children = children
    }

    var isEmpty: Bool { !isMember && children.isEmpty }

    // MARK: - fieldsV1

    init(fieldsV1 json: JSONValue) {
        self.init(fieldsV1: json, isRoot: true)
    }

    private init(fieldsV1 json: JSONValue, isRoot: Bool) {
        let members = json.objectValue ?? [:]
        isMember = !isRoot && (members.isEmpty || members["."] != nil)
        children = [:]
        for (key, value) in members where key != "." { children[key] = FieldSet(fieldsV1: value, isRoot: false) }
    }

    var fieldsV1: JSONValue {
        var members = children.mapValues(\.fieldsV1)
        if isMember, !children.isEmpty { members["."] = [:] }
        return .object(members)
    }

    // MARK: - Changes

    /// Adds the place at `path` to the set.
    mutating func insert(_ path: ArraySlice<String>) {
        guard let first = path.first else {
            isMember = true
            return
        }
        children[first, default: .empty].insert(path.dropFirst())
    }

    mutating func insert(_ path: [String]) { insert(path[...]) }

    /// Drops the place at `path` and everything below it.
    mutating func remove(_ path: ArraySlice<String>) {
        guard let first = path.first else {
            self = .empty
            return
        }
        guard var child = children[first] else { return }
        child.remove(path.dropFirst())
        children[first] = child.isEmpty ? nil : child
    }

    func union(_ other: FieldSet) -> FieldSet {
        FieldSet(
            isMember: isMember || other.isMember,
            children: children.merging(other.children) { $0.union($1) }
        )
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && other.isMember, children: [:])
        for (key, child) in children {
            guard let theirs = other.children[key] else { continue }
            let common = child.intersection(theirs)
            if !common.isEmpty { result.children[key] = common }
        }
        return result
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && !other.isMember, children: [:])
        for (key, child) in children {
            let rest = other.children[key].map { child.subtracting($0) } ?? child
            if !rest.isEmpty { result.children[key] = rest }
        }
        return result
    }

    /// Every place in the set, as a path, sorted.
    var paths: [[String]] {
        var result: [[String]] = []
        collect([], &result)
        return result.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func collect(_ path: [String], _ result: inout [[String]]) {
        if isMember { result.append(path) }
        for (key, child) in children { child.collect(path + [key], &result) }
    }

    /// A path as messages show it: `.spec.containers[name="web"].image`.
    static func text(_ path: [String]) -> String {
        path.map(elementText).joined()
    }

    private static func elementText(_ element: String) -> String {
        let rest = String(element.dropFirst(2))
        if element.hasPrefix("f:") { return "." + rest }
        if element.hasPrefix("v:") { return "[=\(rest)]" }
        guard element.hasPrefix("k:"), let keys = (try? JSONValue(parsing: rest))?.objectValue else {
            return "[\(rest)]"
        }
        let pairs = keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.compactText)" }
        return "[\(pairs.joined(separator: ","))]"
    }
}

/// The path element of a list's element.
enum ListElement {
    /// The element's key as text of `fieldsV1`.
    ///
    /// - Throws: the reason why the element has none.
    static func key(_ element: JSONValue, _ list: Topology.List) throws(APIStatus) -> String? {
        switch list {
        case .atomic: return nil
        case .set: return "v:" + element.compactText
        case .map(let keys):
            var members: [String: JSONValue] = [:]
            for key in keys {
                if let value = element[key.name] ?? key.fallback { members[key.name] = value }
            }
            guard !members.isEmpty else {
                let names = keys.map { "\"\($0.name)\"" }.joined(separator: ", ")
                throw APIStatus.badRequest(
                    "associative list with keys has an element that omits key field \(names)"
                )
            }
            return "k:" + JSONValue.object(members).compactText
        }
    }

    /// The elements of a keyed list with their keys, in order.
    ///
    /// - Throws: 400 for an element without its key, or for two with the same.
    static func keyed(
        _ elements: [JSONValue],
        _ list: Topology.List
    ) throws(APIStatus) -> [(key: String, element: JSONValue)] {
        var seen: Set<String> = []
        var result: [(key: String, element: JSONValue)] = []
        for element in elements {
            guard let key = try key(element, list) else { continue }
            guard seen.insert(key).inserted else {
                throw APIStatus.badRequest("duplicate entries for key [\(FieldSet.text([key]).dropFirst().dropLast())]")
            }
            result.append((key, element))
        }
        return result
    }
}
