import AgentProtocol
import AgentTestSupport
import Bundles
import ClusterAgent
import Concurrency
import FleetTestSupport
import Foundation
import HTTPTransport
import JSON
import Kubernetes
import Logging

/// One agent between a hub and a simulated API server, both behind proxies, in compressed time.
final class Soak: Sendable {
    private static let namespace = "team-soak"
    private static let configMap = GroupVersionKind(version: "v1", kind: "ConfigMap")

    let time: CompressedTime
    private let hub: ScriptedHub
    private let server: FaultyProxy
    private let hubProxy: FaultyProxy
    private let hubPort: Int
    /// The API server as people reach it.
    private let client: KubernetesClient
    private let configuration: KubernetesConfiguration
    private let folder: URL

    init(
        time: CompressedTime,
        hub: ScriptedHub,
        server: FaultyProxy,
        hubProxy: FaultyProxy,
        hubPort: Int,
        serverURL: String,
        client: KubernetesClient,
        folder: URL
    ) {
        self.time = time
        self.hub = hub
        self.server = server
        self.hubProxy = hubProxy
        self.hubPort = hubPort
        self.client = client
        self.folder = folder
        configuration = KubernetesConfiguration(server: serverURL)
    }

    // MARK: - The agent

    /// Runs an agent as long as `body` runs, and waits until it has ended.
    func agent(_ body: @escaping @Sendable () async throws -> Void) async throws {
        var logger = Logger(label: "soak")
        logger.logLevel = .critical
        let http = try HTTPClient()
        var settings = AgentConfiguration(
            hub: "http://127.0.0.1:\(hubPort)",
            token: ScriptedHub.token,
            stateDirectory: folder.appending(path: "state").path,
            cluster: configuration,
            version: "soak"
        )
        settings.pollWait = .seconds(5)
        let agent = ClusterAgent(settings, environment: time.environment, logger: logger) { [time, hubPort] identity in
            HTTPHubConnection(
                url: "http://127.0.0.1:\(hubPort)",
                identity: identity,
                http: http,
                environment: time.environment
            )
        }
        let stop = Signal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // An agent that cannot start ends, and is started again as a kubelet does.
            group.addTask { [time] in
                while stop.version == 0 {
                    do { return try await agent.run(until: stop) } catch is AgentError {
                        try await time.sleep(.seconds(30))
                    }
                }
            }
            group.addTask {
                defer { stop.notify() }
                try await body()
            }
            try await group.waitForAll()
        }
        await http.shutDown()
    }

    func loseState() {
        try? FileManager.default.removeItem(at: folder.appending(path: "state"))
    }

    // MARK: - What happens

    /// Lets `fault` happen for `minutes` of compressed time; restarts are the caller's.
    func meet(_ fault: SoakFault, number: Int, for minutes: Int) async throws {
        switch fault {
        case .quiet, .restart, .lostState: break
        case .change: try await hub.publish(layers(number, withExtra: number % 2 == 0))
        case .removal: try await hub.publish([base(number)])
        case .edit:
            try? await edit("object-\(number % 40)", "by hand \(number)")
        case .deletion:
            for object in 0..<3 {
                _ = try? await client.delete(Self.configMap, namespace: Self.namespace, name: "object-\(object)")
            }
        case .serverCut: server.cut()
        case .serverAway: set(server, FaultyProxy.Weather(refuses: true))
        case .serverTruncates: set(server, FaultyProxy.Weather(answerBytes: 2_000))
        case .hubCut: hubProxy.cut()
        case .hubAway: set(hubProxy, FaultyProxy.Weather(refuses: true))
        case .hubSilent: set(hubProxy, FaultyProxy.Weather(isSilent: true))
        }
        try await time.sleep(.seconds(60 * minutes))
        for proxy in [server, hubProxy] where proxy.current != .fair { set(proxy, .fair) }
        if let pending = await hub.reports.last?.pendingDeletions { try await hub.confirm(pending) }
    }

    private func set(_ proxy: FaultyProxy, _ weather: FaultyProxy.Weather) {
        proxy.set(weather)
        proxy.cut()
    }

    private func edit(_ name: String, _ value: String) async throws {
        try await client.mergePatch(
            Self.configMap,
            namespace: Self.namespace,
            name: name,
            patch: ["data": ["value": .string(value)]],
            fieldManager: "somebody"
        )
    }

    private func base(_ number: Int) -> ScriptedHub.Layer {
        let namespace: JSONValue = [
            "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(Self.namespace)],
        ]
        return ScriptedHub.Layer(name: "platform", objects: [namespace] + (0..<40).map { object($0, number) })
    }

    private func layers(_ number: Int, withExtra: Bool) -> [ScriptedHub.Layer] {
        let extra = ScriptedHub.Layer(name: "apps", wave: 20, objects: (40..<60).map { object($0, number) })
        return withExtra ? [base(number), extra] : [base(number)]
    }

    /// One of three changes with `number`.
    private func object(_ index: Int, _ number: Int) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string("object-\(index)"), "namespace": .string(Self.namespace)],
            "data": ["value": .string(index % 3 == 0 ? "\(number)" : "constant")],
        ]
    }

    // MARK: - The end

    /// Publishes a last bundle and waits until the agent says that all of it is applied, and nothing else is left.
    func settle(_ number: Int) async throws {
        var generation = try await hub.publish(layers(number, withExtra: true)).generation
        while true {
            let wanted = generation
            let report = try await hub.report(within: .seconds(240)) {
                $0.generation == wanted && ($0.state == .inSync || $0.pendingDeletions != nil)
            }
            guard let pending = report.pendingDeletions else { return }
            generation = try await hub.confirm(pending).generation
        }
    }

    /// What of the last bundle is not on the cluster as declared, and what is there beside it.
    func differences(_ number: Int) async throws -> [String] {
        let live = try await client.list(Self.configMap, namespace: Self.namespace).objects
        var values = Dictionary(
            live.filter { $0.name.hasPrefix("object-") }.map { ($0.name, $0.json["data"]?["value"]?.stringValue) },
            uniquingKeysWith: { first, _ in first }
        )
        var differences: [String] = []
        for index in 0..<60 {
            let wanted = object(index, number)["data"]?["value"]?.stringValue
            let found = values.removeValue(forKey: "object-\(index)") ?? nil
            if found != wanted { differences.append("object-\(index) is \(found ?? "missing")") }
        }
        return differences + values.keys.map { "\($0) is too much" }
    }
}
