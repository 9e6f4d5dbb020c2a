import AgentWorldSupport
import AgentTestSupport
import Concurrency
import HTTPTransport
import JSON
import Kubernetes
import KubernetesTestSupport
import Logging
import Testing

@testable import ClusterAgent

/// A proxy between the agent and its API server, or its hub, that delays, swallows and cuts.
@Suite struct NetworkFaultTests {
    private static let count = 120

    @Test("a bundle is applied whole through an API server connection that breaks again and again")
    func brokenAPIServerConnections() async throws {
        try await through(TestCluster.simulated(), to: .apiServer) { world, proxy in
            try await Self.applyInStorm(world, proxy)
        }
    }

    @Test("answers that break off in the middle leave nothing half applied")
    func truncatedAPIServerAnswers() async throws {
        try await through(TestCluster.simulated(), to: .apiServer) { world, proxy in
            try await Self.settle(world)
            let before = proxy.connections
            proxy.set(FaultyProxy.Weather(answerBytes: 4_000))
            proxy.cut()
            try await world.hub.publish([Self.layer("1")])
            try await withDeadline(.seconds(60)) { try await proxy.connections(30, after: before) }
            proxy.set(.fair)
            proxy.cut()
            try await world.hub.inSync(2, within: .seconds(60))
            try await Self.expectAll("1", in: world)
        }
    }

    @Test("a change made while the watches were cut is undone")
    func driftBehindCutWatches() async throws {
        try await through(TestCluster.simulated(), to: .apiServer) { world, proxy in
            try await world.hub.publish([Self.layer("1")])
            try await world.hub.inSync(1)
            proxy.set(FaultyProxy.Weather(refuses: true))
            proxy.cut()
            let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
            try await world.client.delete(type, namespace: "team-a", name: "object-7")
            proxy.set(.fair)
            try await world.wait(for: .configMap("object-7")) { $0 != nil }
        }
    }

    @Test("a hub behind a connection that breaks, refuses and truncates is followed all the same")
    func brokenHubConnections() async throws {
        try await through(TestCluster.simulated(), to: .hub) { world, proxy in
            try await Self.settle(world)
            for value in 2...5 {
                try await world.hub.publish([Self.layer(String(value))])
                try await Self.storm(
                    proxy,
                    [
                        FaultyProxy.Weather(delay: .milliseconds(5)), FaultyProxy.Weather(refuses: true),
                        FaultyProxy.Weather(answerBytes: 300), FaultyProxy.Weather(isSilent: true),
                    ],
                    rounds: 1
                )
            }
            try await world.hub.inSync(5, within: .seconds(60))
            try await Self.expectAll("5", in: world)
        }
    }

    @Test("a real API server behind a connection that breaks and delays", .enabled(if: TestCluster.hasReal))
    func realAPIServer() async throws {
        _ = try await TestCluster.withRealAlone { cluster in
            try await through(cluster, to: .apiServer) { world, proxy in
                try await Self.applyInStorm(world, proxy)
            }
        }
    }

    // MARK: - The stage

    private enum Place {
        case apiServer
        case hub
    }

    private func through(
        _ cluster: TestCluster,
        to place: Place,
        _ body: @escaping @Sendable (AgentWorld, FaultyProxy) async throws -> Void
    ) async throws {
        try await AgentWorld.with(cluster) { world in
            switch place {
            case .apiServer:
                let port = try #require(URLPort.of(cluster.configuration.server))
                try await FaultyProxy.with(to: port) { proxy, proxyPort in
                    var configuration = cluster.configuration
                    configuration.server = URLPort.replacing(port, by: proxyPort, in: configuration.server)
                    try await world.agent(at: configuration) { try await body(world, proxy) }
                }
            case .hub:
                try await HubServer(world.hub).serving { hubPort in
                    try await FaultyProxy.with(to: hubPort) { proxy, proxyPort in
                        let http = try HTTPClient()
                        try await world.agent(
                            connect: { identity in
                                HTTPHubConnection(url: "http://127.0.0.1:\(proxyPort)", identity: identity, http: http)
                            }
                        ) { try await body(world, proxy) }
                        await http.shutDown()
                    }
                }
            }
        }
    }

    /// Lets the agent enrol and apply nothing.
    private static func settle(_ world: AgentWorld) async throws {
        try await world.hub.publish([])
        try await world.hub.inSync(1)
    }

    private static func applyInStorm(_ world: AgentWorld, _ proxy: FaultyProxy) async throws {
        try await settle(world)
        proxy.set(FaultyProxy.Weather(delay: .milliseconds(2)))
        try await world.hub.publish([layer("1")])
        try await storm(proxy, [.fair, FaultyProxy.Weather(refuses: true)], rounds: 3)
        try await world.hub.inSync(2, within: .seconds(60))
        try await expectAll("1", in: world)
    }

    /// Goes through kinds of weather, each until a connection has met it, and ends fair.
    private static func storm(_ proxy: FaultyProxy, _ weathers: [FaultyProxy.Weather], rounds: Int = 4) async throws {
        for _ in 0..<rounds {
            for weather in weathers {
                let before = proxy.connections
                proxy.set(weather)
                proxy.cut()
                try await withDeadline(.seconds(60)) { try await proxy.connections(1, after: before) }
            }
        }
        proxy.set(.fair)
        proxy.cut()
    }

    private static func layer(_ value: String) -> ScriptedHub.Layer {
        ScriptedHub.Layer(
            name: "tenancy/a",
            objects: [.namespace("team-a")] + (0..<count).map { .configMap("object-\($0)", in: "team-a", value) }
        )
    }

    private static func expectAll(_ value: String, in world: AgentWorld) async throws {
        let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
        let objects = try await world.client.list(type, namespace: "team-a").objects.filter {
            $0.name.hasPrefix("object-")
        }
        #expect(objects.count == count)
        #expect(objects.allSatisfy { $0.json["data"]?["value"]?.stringValue == value })
    }
}

/// The port of a URL such as `https://127.0.0.1:6443`.
private enum URLPort {
    static func of(_ url: String) -> Int? { url.split(separator: ":").last.flatMap { Int($0) } }

    static func replacing(_ port: Int, by other: Int, in url: String) -> String {
        String(url.dropLast(String(port).count)) + String(other)
    }
}
