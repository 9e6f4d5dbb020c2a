import JSON
import Testing

@testable import Kubernetes

@Suite
struct DiscoveryCacheTests {
    private static let start = ContinuousClock.now
    private static let type = GroupVersionKind(group: "apps", version: "v1", kind: "Deployment")
    private static let list: JSONValue = [
        "groupVersion": "apps/v1",
        "resources": [
            [
                "name": "deployments", "kind": "Deployment", "namespaced": true, "verbs": ["get", "list"],
                "shortNames": ["deploy"],
            ],
            ["name": "deployments/scale", "kind": "Scale", "namespaced": true, "verbs": ["get"]],
        ],
    ]

    @Test
    func `a list of resources is read without its subresources`() {
        let resources = DiscoveryCache.resources(in: Self.list, apiVersion: "apps/v1")
        #expect(
            resources == [
                APIResource(
                    type: Self.type,
                    name: "deployments",
                    isNamespaced: true,
                    verbs: ["get", "list"],
                    shortNames: ["deploy"]
                )
            ]
        )
    }

    @Test
    func `what was found is remembered for long, what was not only for a moment`() {
        var cache = DiscoveryCache(negativeLifetime: .seconds(1))
        #expect(cache.lookup(Self.type, now: Self.start) == .unknown)
        let resources = DiscoveryCache.resources(in: Self.list, apiVersion: "apps/v1")
        cache.store(resources, apiVersion: "apps/v1", now: Self.start)
        let other = GroupVersionKind(group: "apps", version: "v1", kind: "Other")
        let later = Self.start + .seconds(2)
        #expect(cache.lookup(Self.type, now: later) == .found(resources[0]))
        #expect(cache.lookup(other, now: Self.start) == .absent)
        #expect(cache.lookup(other, now: later) == .unknown)
        #expect(cache.lookup(Self.type, now: Self.start + .seconds(601)) == .unknown)
        #expect(cache.resources("apps/v1", now: later) == resources)
    }

    @Test
    func `a group version that is not there is asked for again after a moment`() {
        var cache = DiscoveryCache(negativeLifetime: .seconds(1))
        cache.store([], apiVersion: "a.b/v1", now: Self.start)
        #expect(cache.resources("a.b/v1", now: Self.start) == [])
        #expect(cache.resources("a.b/v1", now: Self.start + .seconds(1)) == nil)
    }

    @Test
    func `forgetting a group leaves the others`() {
        var cache = DiscoveryCache(negativeLifetime: .seconds(1))
        cache.store(
            DiscoveryCache.resources(in: Self.list, apiVersion: "apps/v1"),
            apiVersion: "apps/v1",
            now: Self.start
        )
        cache.store([], apiVersion: "v1", now: Self.start)
        cache.store(groups: [], now: Self.start)
        cache.remove(group: "apps")
        #expect(cache.lookup(Self.type, now: Self.start) == .unknown)
        #expect(cache.resources("v1", now: Self.start) == [])
        #expect(cache.knownGroups(now: Self.start) == nil)
        cache.removeAll()
        #expect(cache.resources("v1", now: Self.start) == nil)
    }

    @Test
    func `groups have their preferred version first, and the core group is one of them`() {
        let groups = DiscoveryCache.groups(in: [
            "groups": [
                [
                    "name": "autoscaling", "versions": [["version": "v1"], ["version": "v2"]],
                    "preferredVersion": ["version": "v2"],
                ]
            ]
        ])
        #expect(groups == [.init(name: "", versions: ["v1"]), .init(name: "autoscaling", versions: ["v2", "v1"])])
    }
}
