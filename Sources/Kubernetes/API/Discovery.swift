import Concurrency
import HTTPTransport
import JSON
import Synchronization

/// What an API server serves: asked once per group version and remembered.
///
/// Callers that ask for the same thing at once share one request. A kind that was not found is looked for again after a
/// second, because its definition may have been installed since.
package final class Discovery: Sendable {
    private let connection: APIConnection
    private let cache: Mutex<DiscoveryCache>
    /// Held while a request is under way; who comes after it finds the answer in the cache.
    private let gate = AsyncGate()

    init(connection: APIConnection, negativeLifetime: Duration = .seconds(1)) {
        self.connection = connection
        cache = Mutex(DiscoveryCache(negativeLifetime: negativeLifetime))
    }

    /// How the server serves `type`, `nil` when it does not.
    ///
    /// - Throws: `KubernetesError` when the server cannot be asked.
    package func resource(for type: GroupVersionKind) async throws(KubernetesError) -> APIResource? {
        switch cache.withLock({ $0.lookup(type, now: .now) }) {
        case .found(let resource): return resource
        case .absent: return nil
        case .unknown: break
        }
        return try await alone { () async throws(KubernetesError) in
            switch cache.withLock({ $0.lookup(type, now: .now) }) {
            case .found(let resource): return resource
            case .absent: return nil
            case .unknown:
                let resources = try await fetch(apiVersion: type.apiVersion)
                return resources.first { $0.type.kind == type.kind }
            }
        }
    }

    /// How the server serves a kind whose version is not known: in the group's preferred version, or the first that has it.
    ///
    /// - Throws: `KubernetesError` when the server cannot be asked.
    package func preferredResource(for kind: GroupKind) async throws(KubernetesError) -> APIResource? {
        for version in try await versions(of: kind.group) {
            let type = GroupVersionKind(group: kind.group, version: version, kind: kind.kind)
            if let resource = try await resource(for: type) { return resource }
        }
        return nil
    }

    /// Every kind in every group's preferred version, sorted.
    ///
    /// An aggregated API whose server is away must not hide all the others where that does no harm: `leavingOut` says for a
    /// group whether it may be missing when it cannot be asked. By default any may.
    ///
    /// - Throws: `KubernetesError` when the list of groups, or a group that must not be missing, cannot be had.
    package func allResources(
        leavingOut mayBeMissing: (_ group: String) -> Bool = { _ in true }
    ) async throws(KubernetesError) -> [APIResource] {
        var found: [GroupKind: APIResource] = [:]
        for group in try await groups() {
            for version in group.versions {
                let resources: [APIResource]
                do throws(KubernetesError) {
                    resources = try await self.resources(group: group.name, version: version)
                } catch {
                    guard mayBeMissing(group.name) else { throw error }
                    continue
                }
                for resource in resources where found[resource.type.groupKind] == nil {
                    found[resource.type.groupKind] = resource
                }
            }
        }
        return found.values.sorted { $0.type < $1.type }
    }

    /// The kinds of one group version, empty when it is not served.
    ///
    /// - Throws: `KubernetesError` when the server cannot be asked.
    package func resources(group: String, version: String) async throws(KubernetesError) -> [APIResource] {
        let apiVersion = GroupVersionKind(group: group, version: version, kind: "").apiVersion
        if let known = cache.withLock({ $0.resources(apiVersion, now: .now) }) { return known }
        return try await alone { () async throws(KubernetesError) in
            if let known = cache.withLock({ $0.resources(apiVersion, now: .now) }) { return known }
            return try await fetch(apiVersion: apiVersion)
        }
    }

    /// Forgets everything, as after a CustomResourceDefinition came or went.
    package func invalidate() {
        cache.withLock { $0.removeAll() }
    }

    /// Forgets one group.
    package func invalidate(group: String) {
        cache.withLock { $0.remove(group: group) }
    }

    // MARK: - Asking

    private func groups() async throws(KubernetesError) -> [DiscoveryCache.Group] {
        if let known = cache.withLock({ $0.knownGroups(now: .now) }) { return known }
        return try await alone { () async throws(KubernetesError) in
            if let known = cache.withLock({ $0.knownGroups(now: .now) }) { return known }
            return try await fetchGroups()
        }
    }

    private func versions(of group: String) async throws(KubernetesError) -> [String] {
        if let known = try await groups().first(where: { $0.name == group }) { return known.versions }
        // The group may be younger than the list.
        guard cache.withLock({ $0.mayAskForGroupsAgain(now: .now) }) else { return [] }
        let fresh = try await alone { () async throws(KubernetesError) in try await fetchGroups() }
        return fresh.first { $0.name == group }?.versions ?? []
    }

    private func fetchGroups() async throws(KubernetesError) -> [DiscoveryCache.Group] {
        let json = try await get("/apis", operation: "list the API groups")
        let groups = DiscoveryCache.groups(in: json ?? [:])
        cache.withLock { $0.store(groups: groups, now: .now) }
        return groups
    }

    private func fetch(apiVersion: String) async throws(KubernetesError) -> [APIResource] {
        let path = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
        let json = try await get(path, operation: "discover \(apiVersion)")
        let resources = json.map { DiscoveryCache.resources(in: $0, apiVersion: apiVersion) } ?? []
        cache.withLock { $0.store(resources, apiVersion: apiVersion, now: .now) }
        return resources
    }

    /// The JSON at `path`, `nil` when there is nothing.
    private func get(_ path: String, operation: String) async throws(KubernetesError) -> JSONValue? {
        let request = try connection.request(.get, path, timeout: .seconds(30))
        let response = try await connection.send(request, operation: operation)
        guard response.status != 404 else { return nil }
        return try APIConnection.json(of: response, operation: operation)
    }

    private func alone<Result: Sendable>(
        _ body: () async throws(KubernetesError) -> Result
    ) async throws(KubernetesError) -> Result {
        do { try await gate.enter() } catch { throw KubernetesError(.cancelled, "discovery was cancelled") }
        defer { gate.leave() }
        return try await body()
    }
}
