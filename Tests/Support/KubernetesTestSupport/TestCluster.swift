import Foundation
package import ClusterSimulator
import HTTPTransport
package import JSON
package import Kubernetes
import Logging
import Synchronization
import YAML

/// A cluster that tests talk to: simulated, or a real API server.
package struct TestCluster: Sendable {
    /// How to reach the cluster.
    package let configuration: KubernetesConfiguration
    /// The text of a kubeconfig for `kubectl` and the agent.
    package let kubeconfig: String
    /// The simulated cluster itself; `nil` for a real one.
    package let simulator: SimulatedCluster?
    /// What goes wrong between tests and the simulated cluster; nothing at first.
    package let faults: FaultPlan
    private let http: HTTPClient
    /// Whose rights requests are made with; `nil` for the administrator's.
    private var account: (namespace: String, name: String)?

    package var isReal: Bool { simulator == nil }

    private static let names = Atomic<Int>(0)

    // MARK: - Making

    /// A new simulated cluster behind HTTP; it is served until the test process ends.
    ///
    /// - Throws: why no address could be listened on.
    package static func simulated(
        _ configuration: ClusterConfiguration = ClusterConfiguration()
    ) async throws -> TestCluster {
        let cluster = SimulatedCluster(configuration)
        let faults = FaultPlan()
        var logger = Logger(label: "test-cluster")
        logger.logLevel = .error
        let (urls, continuation) = AsyncStream.makeStream(of: String.self)
        let server = SimulatorServer(cluster, faults: faults, logger: logger) { continuation.yield($0) }
        // An entry point: the server belongs to the process, not to the test that asked for it first.
        Task.detached {
            defer { continuation.finish() }
            try await server.run()
        }
        guard let url = await urls.first(where: { _ in true }) else {
            throw KubernetesError(.unreachable, "the simulated cluster does not listen")
        }
        let context = Kubeconfig.Context(name: configuration.name, server: url, token: configuration.token)
        return try TestCluster(
            KubernetesConfiguration(
                server: url,
                credentials: configuration.token.map { .token($0) } ?? .none,
                context: configuration.name
            ),
            kubeconfig: Kubeconfig([context]).text,
            simulator: cluster,
            faults: faults
        )
    }

    /// The real API server of this test process; `nil` when KUBEBUILDER_ASSETS is unset, which is said loudly.
    ///
    /// - Throws: why it did not start.
    package static func real() async throws -> TestCluster? {
        guard let server = try await RealAPIServer.shared.value else { return nil }
        return try TestCluster(server)
    }

    /// Runs `body` with a real API server that nobody else uses, and ends the server; `nil` as for `real()`.
    ///
    /// - Throws: why it did not start, or what `body` throws.
    package static func withRealAlone<Result>(
        _ body: (TestCluster) async throws -> Result
    ) async throws -> Result? {
        guard let assets = RealAPIServer.assets else { return nil }
        let server = try await RealAPIServer(assets: assets)
        defer { server.stop() }
        return try await body(TestCluster(server))
    }

    private init(_ server: RealAPIServer) throws {
        let context = Kubeconfig.Context(
            name: "real",
            server: server.configuration.server,
            token: server.token,
            authority: server.authority
        )
        try self.init(
            server.configuration,
            kubeconfig: Kubeconfig([context]).text,
            simulator: nil,
            faults: FaultPlan()
        )
    }

    /// Whether `real()` has a server to offer.
    package static var hasReal: Bool { RealAPIServer.assets != nil }

    private init(
        _ configuration: KubernetesConfiguration,
        kubeconfig: String,
        simulator: SimulatedCluster?,
        faults: FaultPlan
    ) throws {
        self.configuration = configuration
        self.kubeconfig = kubeconfig
        self.simulator = simulator
        self.faults = faults
        http = try HTTPClient(configuration: HTTPClient.Configuration(tls: configuration.tls))
    }

    // MARK: - Using

    /// A name that no other test uses.
    package static func uniqueName(_ prefix: String = "test") -> String {
        let number = names.add(1, ordering: .relaxed).newValue
        return "\(prefix)-\(getpid())-\(number)"
    }

    /// A client for this cluster.
    ///
    /// - Throws: `KubernetesError` when it cannot be started.
    package func makeClient() throws(KubernetesError) -> KubernetesClient { try KubernetesClient(configuration) }

    /// The same cluster, seen with the rights of one of its service accounts.
    package func acting(as name: String, of namespace: String) -> TestCluster {
        var cluster = self
        cluster.account = (namespace, name)
        return cluster
    }

    /// Creates a namespace with a name of its own.
    ///
    /// - Throws: when the cluster refuses.
    package func makeNamespace(_ prefix: String = "test") async throws -> String {
        let name = Self.uniqueName(prefix)
        let answer = try await send(
            "POST",
            "/api/v1/namespaces",
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        )
        guard answer.status == 201 else { throw KubernetesError(.other, "namespace \(name): \(answer.message)") }
        return name
    }

    /// Writes the kubeconfig to a new file and returns its path.
    ///
    /// - Throws: when it cannot be written.
    package func writeKubeconfig() throws -> String {
        let path = NSTemporaryDirectory() + "/\(Self.uniqueName("kubeconfig"))"
        try kubeconfig.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Installs CustomResourceDefinitions from files and waits until each is served.
    ///
    /// The keys that Kubernetes 1.20 does not know are dropped first.
    ///
    /// - Throws: when a file cannot be read, is refused, or is not served in time.
    package func install(definitions files: [String]) async throws {
        for file in files {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw KubernetesError(.configuration, "cannot read \(file)")
            }
            for document in try YAML.documents(in: Array(data)) where document.objectValue != nil {
                try await install(definition: document)
            }
        }
    }

    /// Installs one CustomResourceDefinition and waits until it is served.
    ///
    /// - Throws: when it is refused, or is not served in time.
    package func install(definition: JSONValue) async throws {
        let definition = OldAPIServer.adapt(definition)
        let name = definition["metadata"]?["name"]?.stringValue ?? ""
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(name)"
        let answer = try await apply(path, definition, manager: "test-support", force: true)
        guard answer.status == 200 || answer.status == 201 else {
            throw KubernetesError(.invalid, "\(name): \(answer.message)")
        }
        let spec = definition["spec"]
        guard let group = spec?["group"]?.stringValue, let plural = spec?["names"]?["plural"]?.stringValue,
            let version = spec?["versions"]?.arrayValue?.first(where: { $0["served"] == true })?["name"]?.stringValue
        else { return }
        for _ in 0..<600 {
            if try await send("GET", "/apis/\(group)/\(version)/\(plural)?limit=1").status == 200 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw KubernetesError(.timeout, "\(name) is not served")
    }

    // MARK: - Requests

    /// The answer to one request.
    package struct Answer: Sendable {
        package let status: Int
        package let json: JSONValue

        /// The message of a Status, or the whole answer.
        package var message: String { json["message"]?.stringValue ?? json.compactText }
    }

    /// Sends one request as it is, in the name of `user` if one is named.
    ///
    /// - Throws: `KubernetesError` when no answer came.
    package func send(
        _ method: String,
        _ path: String,
        _ body: JSONValue? = nil,
        contentType: String = "application/json",
        accept: String = "application/json",
        as user: String? = nil
    ) async throws -> Answer {
        var request = HTTPRequest(
            HTTPRequest.Method(rawValue: method),
            configuration.server + path,
            headers: headers(contentType: contentType, accept: accept),
            body: body?.serialized()
        )
        if let user { request.headers["Impersonate-User"] = user }
        let response = try await http.send(request)
        return Answer(status: response.status, json: (try? JSONValue(parsing: response.body)) ?? .null)
    }

    /// Applies a configuration on the server's side.
    ///
    /// - Throws: `KubernetesError` when no answer came.
    package func apply(
        _ path: String,
        _ configuration: JSONValue,
        manager: String,
        force: Bool = false
    ) async throws -> Answer {
        try await send(
            "PATCH",
            "\(path)?fieldManager=\(manager)\(force ? "&force=true" : "")",
            configuration,
            contentType: "application/apply-patch+yaml"
        )
    }

    /// Reads events of a watch until `isDone` says so about those seen, or the server ends it.
    ///
    /// - Throws: `KubernetesError` when the watch breaks.
    package func watch(
        _ path: String,
        accept: String = "application/json",
        until isDone: ([JSONValue]) -> Bool
    ) async throws -> [JSONValue] {
        var request = HTTPRequest(.get, configuration.server + path, headers: headers(contentType: "", accept: accept))
        request.timeout = .seconds(60)
        let stream = try await http.stream(request)
        defer { stream.cancel() }
        var events: [JSONValue] = []
        var buffer: [UInt8] = []
        while !isDone(events), let chunk = try await stream.next() {
            buffer += chunk
            while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                if end > 0 { events.append(try JSONValue(parsing: buffer[..<end])) }
                buffer.removeFirst(end + 1)
            }
        }
        return events
    }

    private func headers(contentType: String, accept: String) -> HTTPHeaders {
        var headers: HTTPHeaders = ["Accept": accept, "User-Agent": "otomi-test/1"]
        if !contentType.isEmpty { headers["Content-Type"] = contentType }
        if case .token(let token) = configuration.credentials { headers["Authorization"] = "Bearer \(token)" }
        if let account {
            headers["Impersonate-User"] = "system:serviceaccount:\(account.namespace):\(account.name)"
            for group in ["serviceaccounts", "serviceaccounts:\(account.namespace)", "authenticated"] {
                headers.add("Impersonate-Group", "system:\(group)")
            }
        }
        return headers
    }
}

/// What a definition must not hold for Kubernetes 1.20.
enum OldAPIServer {
    /// The definition without the keys that the server does not know.
    static func adapt(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.filter { $0.key != "x-kubernetes-validations" && $0.key != "selectableFields" }
                    .mapValues(adapt)
            )
        case .array(let elements): .array(elements.map(adapt))
        default: value
        }
    }
}
