import JSON

/// Which resources are served at this moment.
struct ResourceRegistry: Sendable {
    /// Every resource, in the order in which discovery lists them.
    private(set) var types: [ResourceType]
    private var index: [ResourceKey: Int] = [:]

    init(minor: Int) {
        types = BuiltinResources.types(minor: minor)
        reindex()
    }

    func type(_ key: ResourceKey) -> ResourceType? { index[key].map { types[$0] } }

    /// The resource behind a path, when it serves that version.
    func type(group: String, version: String, plural: String) -> ResourceType? {
        guard let found = type(ResourceKey(group: group, plural: plural)), found.version(version) != nil else {
            return nil
        }
        return found
    }

    func types(group: String, version: String) -> [ResourceType] {
        types.filter { $0.group == group && $0.version(version) != nil }
    }

    /// The served groups with their versions, the most stable one first.
    var groups: [(name: String, versions: [String])] {
        var order: [String] = []
        var versions: [String: [String]] = [:]
        for type in types where !type.group.isEmpty {
            if versions[type.group] == nil { order.append(type.group) }
            for version in type.versions where versions[type.group]?.contains(version.name) != true {
                versions[type.group, default: []].append(version.name)
            }
        }
        return order.map { name in
            (name, (versions[name] ?? []).sorted { VersionPriority($0) > VersionPriority($1) })
        }
    }

    /// Serves the resource of a definition, in place of what an earlier form of it served.
    mutating func register(_ type: ResourceType) {
        if let position = index[type.key] {
            types[position] = type
        } else {
            types.append(type)
            index[type.key] = types.count - 1
        }
    }

    mutating func unregister(_ key: ResourceKey) {
        types.removeAll { $0.key == key && $0.isCustom }
        reindex()
    }

    private mutating func reindex() {
        index = Dictionary(uniqueKeysWithValues: types.enumerated().map { ($1.key, $0) })
    }
}

/// The order of API versions: `v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`, then anything else.
struct VersionPriority: Comparable {
    private let rank: [Int]
    private let text: String

    init(_ version: String) {
        text = version
        rank = Self.rank(version) ?? [0, 0, 0]
    }

    static func < (left: VersionPriority, right: VersionPriority) -> Bool {
        if left.rank == right.rank { return left.text > right.text }
        return left.rank.lexicographicallyPrecedes(right.rank)
    }

    private static func rank(_ version: String) -> [Int]? {
        guard version.first == "v" else { return nil }
        let rest = version.dropFirst()
        let major = rest.prefix { $0.isNumber }
        guard let number = Int(major) else { return nil }
        let stage = rest.dropFirst(major.count)
        if stage.isEmpty { return [3, number, 0] }
        for (name, level) in [("beta", 2), ("alpha", 1)] where stage.hasPrefix(name) {
            guard let minor = Int(stage.dropFirst(name.count)) else { return nil }
            return [level, number, minor]
        }
        return nil
    }
}
