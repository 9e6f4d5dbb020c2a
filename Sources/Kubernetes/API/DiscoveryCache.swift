import JSON

/// What is known of an API server's kinds, and since when.
struct DiscoveryCache {
    /// An API group and its versions, the preferred one first.
    struct Group: Hashable, Sendable {
        let name: String
        let versions: [String]
    }

    enum Answer: Hashable {
        case found(APIResource)
        case absent
        case unknown
    }

    /// Even what was found is asked for again after this.
    private static let lifetime: Duration = .seconds(600)

    private struct Entry {
        var resources: [APIResource]
        var kinds: [String: APIResource]
        var fetchedAt: ContinuousClock.Instant
    }

    private let negativeLifetime: Duration
    private var entries: [String: Entry] = [:]
    private var groups: (list: [Group], fetchedAt: ContinuousClock.Instant)?

    init(negativeLifetime: Duration) {
        self.negativeLifetime = negativeLifetime
    }

    func lookup(_ type: GroupVersionKind, now: ContinuousClock.Instant) -> Answer {
        guard let entry = entries[type.apiVersion] else { return .unknown }
        let age = entry.fetchedAt.duration(to: now)
        if let resource = entry.kinds[type.kind] { return age < Self.lifetime ? .found(resource) : .unknown }
        return age < negativeLifetime ? .absent : .unknown
    }

    func resources(_ apiVersion: String, now: ContinuousClock.Instant) -> [APIResource]? {
        guard let entry = entries[apiVersion] else { return nil }
        let limit = entry.resources.isEmpty ? negativeLifetime : Self.lifetime
        return entry.fetchedAt.duration(to: now) < limit ? entry.resources : nil
    }

    func knownGroups(now: ContinuousClock.Instant) -> [Group]? {
        guard let groups, groups.fetchedAt.duration(to: now) < Self.lifetime else { return nil }
        return groups.list
    }

    func mayAskForGroupsAgain(now: ContinuousClock.Instant) -> Bool {
        guard let groups else { return true }
        return groups.fetchedAt.duration(to: now) >= negativeLifetime
    }

    mutating func store(_ resources: [APIResource], apiVersion: String, now: ContinuousClock.Instant) {
        let kinds = Dictionary(resources.map { ($0.type.kind, $0) }, uniquingKeysWith: { first, _ in first })
        entries[apiVersion] = Entry(resources: resources, kinds: kinds, fetchedAt: now)
    }

    mutating func store(groups list: [Group], now: ContinuousClock.Instant) {
        groups = (list, now)
    }

    mutating func removeAll() {
        entries = [:]
        groups = nil
    }

    mutating func remove(group: String) {
        entries = entries.filter { GroupVersionKind(apiVersion: $0.key, kind: "").group != group }
        groups = nil
    }

    // MARK: - Reading answers

    /// Reads an `APIResourceList`; subresources are left out.
    static func resources(in json: JSONValue, apiVersion: String) -> [APIResource] {
        let home = GroupVersionKind(apiVersion: apiVersion, kind: "")
        return (json["resources"]?.arrayValue ?? []).compactMap { item in
            guard let name = item["name"]?.stringValue, !name.contains("/"), let kind = item["kind"]?.stringValue
            else { return nil }
            func texts(_ member: String) -> [String] { item[member]?.arrayValue?.compactMap(\.stringValue) ?? [] }
            return APIResource(
                type: GroupVersionKind(group: home.group, version: home.version, kind: kind),
                name: name,
                isNamespaced: item["namespaced"]?.boolValue ?? false,
                verbs: Set(texts("verbs")),
                shortNames: texts("shortNames"),
                categories: texts("categories")
            )
        }
    }

    /// Reads an `APIGroupList`; the core group, which it does not name, comes first.
    static func groups(in json: JSONValue) -> [Group] {
        let named = (json["groups"]?.arrayValue ?? []).compactMap { item -> Group? in
            guard let name = item["name"]?.stringValue else { return nil }
            let all = item["versions"]?.arrayValue?.compactMap { $0["version"]?.stringValue } ?? []
            let preferred = item["preferredVersion"]?["version"]?.stringValue
            return Group(name: name, versions: (preferred.map { [$0] } ?? []) + all.filter { $0 != preferred })
        }
        return [Group(name: "", versions: ["v1"])] + named
    }
}
