import Bundles
import Testing

@testable import AgentProtocol

@Suite struct AgentRouteTests {
    static let routes: [(AgentRoute, String)] = [
        (.enrol, "/agent/v1/enrol"), (.rotate, "/agent/v1/rotate"), (.report, "/agent/v1/report"),
        (.objects, "/agent/v1/objects"),
        (.metadata(.timestamp, poll: nil), "/agent/v1/tuf/timestamp.json"),
        (
            .metadata(.timestamp, poll: AgentRoute.Poll(after: 7, waitSeconds: 20)),
            "/agent/v1/tuf/timestamp.json?after=7&wait=20"
        ),
        (
            .metadata(.timestamp, poll: AgentRoute.Poll(after: 7, waitSeconds: 20, root: 3)),
            "/agent/v1/tuf/timestamp.json?after=7&wait=20&root=3"
        ),
        (
            .metadata(.timestamp, poll: AgentRoute.Poll(after: 7, waitSeconds: 20, root: 3, generation: 0)),
            "/agent/v1/tuf/timestamp.json?after=7&wait=20&root=3&generation=0"
        ),
        (.metadata(.root(version: 2), poll: nil), "/agent/v1/tuf/2.root.json"),
        (.metadata(.snapshot(version: 12), poll: nil), "/agent/v1/tuf/12.snapshot.json"),
        (.metadata(.targets(version: 12), poll: nil), "/agent/v1/tuf/12.targets.json"),
        (
            .layer(Digest(of: [])),
            "/agent/v1/layers/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
    ]

    @Test(arguments: routes)
    func `a route is written and read back`(route: AgentRoute, target: String) {
        #expect(route.target == target)
        #expect(AgentRoute(method: route.method, path: route.path, query: route.query) == route)
        #expect(AgentRoute(method: "DELETE", path: route.path, query: route.query) == nil)
    }

    @Test(arguments: [
        "/agent/v1/tuf/root.json", "/agent/v1/tuf/0.root.json", "/agent/v1/tuf/01.root.json",
        "/agent/v1/tuf/-1.root.json",
        "/agent/v1/tuf/+1.root.json", "/agent/v1/tuf/1.timestamp.json", "/agent/v1/tuf/../enrol",
        "/agent/v1/layers/sha256/abc", "/agent/v1/layers/md5/abc", "/agent/v1", "/agent/v1/", "/agent/v2/enrol",
        "/agent/v1/tuf/99999999999999999999.root.json",
    ])
    func `other paths are no routes`(path: String) {
        #expect(AgentRoute(method: "GET", path: path) == nil)
        #expect(AgentRoute(method: "POST", path: path) == nil)
    }

    @Test(arguments: [
        "after=-1", "after=x", "wait=3", "after=1&after=2", "after=1&x=2", "after", "after=1&", "generation=1",
        "after=1&generation=-1",
    ])
    func `other queries are no polls`(query: String) {
        #expect(AgentRoute(method: "GET", path: "/agent/v1/tuf/timestamp.json", query: query) == nil)
    }

    @Test func `a wait is bounded`() {
        let route = AgentRoute(method: "GET", path: "/agent/v1/tuf/timestamp.json", query: "after=0&wait=100000")
        #expect(route == .metadata(.timestamp, poll: AgentRoute.Poll(after: 0, waitSeconds: 50)))
    }
}
