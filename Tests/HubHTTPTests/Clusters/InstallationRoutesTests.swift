import HubTestSupport
import Concurrency
import HTTPTypes
import HubAPI
import HubHTTP
import HubStore
import Hummingbird
import HummingbirdTesting
import Installation
import JSON
import Logging
import Observability
import Postgres
import Testing
import Values
import YAML

@Suite struct InstallationRoutesTests {
    private static func prepare(
        _ caller: HubCaller,
        _ request: InstallationRequest,
        cluster: String = "demo"
    ) async throws -> HubAnswer {
        try await caller.post(Route.clusterInstallation.path(cluster), request)
    }

    /// A link and the path that it leads to.
    private static func link(
        _ caller: HubCaller,
        _ request: InstallationRequest = InstallationRequest(delivery: .link)
    ) async throws -> String {
        let url = try #require(try await prepare(caller, request).message(ClusterInstallation.self).url)
        let path = try #require(url.firstRange(of: "/install/v1/"))
        return String(url[path.lowerBound...])
    }

    private static func objects(_ yaml: String) throws -> [JSONValue] { try YAML.documents(in: yaml) }

    private static func token(in yaml: String) throws -> String {
        let secret = try objects(yaml).first { $0["kind"] == "Secret" }
        return try #require(secret?["stringData"]?["token"]?.stringValue)
    }

    private static func deployment(in yaml: String) throws -> JSONValue {
        try #require(try objects(yaml).first { $0["kind"] == "Deployment" })
    }

    private static func arguments(in yaml: String) throws -> [String] {
        try deployment(in: yaml)["spec"]?["template"]?["spec"]?["containers"]?[0]?["args"]?.arrayValue?
            .compactMap(\.stringValue) ?? []
    }

    @Test func `a link serves the manifest once, with a token that lets the agent in`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let path = try await Self.link(caller)
            let stranger = caller.with(token: nil)
            let answer = try await stranger.get(path)
            #expect(answer.status == 200)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.contentType] == "application/yaml")
            #expect(try Self.arguments(in: answer.text).contains("http://localhost"))
            let token = try Self.token(in: answer.text)
            #expect(try await TestAgent(hub, caller).enrol(token: token).status == 200)
            let problem = try await stranger.get(path).problem(.gone)
            #expect(problem.hint?.contains("otomi cluster install") == true)
        }
    }

    @Test func `a HEAD uses nothing up`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("demo")
            let path = try await Self.link(caller)
            let head = try await caller.with(token: nil).send(.head, path)
            #expect(head.status == 200 && head.bytes.isEmpty)
            #expect(try await caller.with(token: nil).get(path).status == 200)
            #expect(try await caller.with(token: nil).send(.head, path).status == 410)
        }
    }

    @Test func `a link expires, and a later one voids it`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let expired = try await Self.link(caller, InstallationRequest(delivery: .link, lifetimeSeconds: 600))
            hub.advance(by: .seconds(601))
            try await caller.get(expired).problem(.gone)
            let replaced = try await Self.link(caller)
            let current = try await Self.link(caller)
            try await caller.get(replaced).problem(.notFound)
            #expect(try await caller.get(current).status == 200)
            let voided = try await Self.link(caller)
            _ = try await Self.prepare(caller, InstallationRequest(delivery: .manifest))
            try await caller.get(voided).problem(.notFound)
        }
    }

    @Test func `a revoked cluster's link is void, and so is a token that it gave out`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let path = try await Self.link(caller)
            try await hub.store.revokeCluster(named: "demo")
            try await caller.with(token: nil).get(path).problem(.notFound)
            let token = try Self.token(in: try await caller.with(token: nil).get(try await Self.link(caller)).text)
            try await hub.store.revokeCluster(named: "demo")
            #expect(try await TestAgent(hub, caller).enrol(token: token).status != 200)
            #expect(try await caller.cluster("demo").state == .revoked)
        }
    }

    @Test func `a printed token lives no longer than the fleet's policy lets one`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let request = InstallationRequest(delivery: .manifest, lifetimeSeconds: 86_400)
            let installation = try await Self.prepare(caller, request).message(ClusterInstallation.self)
            #expect(installation.expiresAt == (hub.now + hub.store.agentPolicy.tokenLifetime).rfc3339)
        }
    }

    @Test func `neither the secret of a link nor a token is in the database`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let secret = try await Self.link(caller).split(separator: "/").last.map(String.init)
            let stored = try await hub.store.installationOptions(of: "demo")
            #expect(stored?.compactText.contains("otomi_") == false)
            let found = try await hub.store.pool.withConnection { connection in
                try connection.query("SELECT i::text AS line FROM installations i")[0].get(0, as: String.self)
            }
            #expect(!found.contains(secret ?? "otomi_"))
        }
    }

    @Test func `who guesses addresses is slowed down, and learns nothing`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let path = try await Self.link(caller)
            let stranger = caller.with(token: nil)
            for number in 0..<30 { try await stranger.get("/install/v1/otomi_\(number)").problem(.notFound) }
            try await stranger.get("/install/v1/otomi_30").problem(.tooManyRequests)
            try await stranger.get(path).problem(.tooManyRequests)
            hub.advance(by: .seconds(3))
            #expect(try await stranger.get(path).status == 200)
        }
    }

    @Test func `an address that was known costs no guess`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let path = try await Self.link(caller)
            #expect(try await caller.get(path).status == 200)
            for _ in 0..<40 { try await caller.get(path).problem(.gone) }
            #expect(try await caller.get(Self.link(caller)).status == 200)
        }
    }

    @Test func `a printed manifest holds a token, and an upgrade keeps how the agent was installed`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let request = InstallationRequest(
                delivery: .manifest,
                image: "registry.example.com/agent:1",
                authorities: "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n",
                proxy: "http://proxy:3128"
            )
            let first = try await Self.prepare(caller, request).message(ClusterInstallation.self)
            let manifest = try #require(first.manifest)
            #expect(first.expiresAt == (hub.now + .seconds(3_600)).rfc3339)
            #expect(first.image == "registry.example.com/agent:1")
            #expect(try Self.arguments(in: manifest).contains("--hub-ca"))
            #expect(try await TestAgent(hub, caller).enrol(token: Self.token(in: manifest)).status == 200)

            let answer = try await caller.send(
                .post,
                Route.clusterInstallation.path("demo"),
                headers: [try #require(HTTPField.Name("X-Forwarded-Proto")): "https"],
                body: InstallationRequest(delivery: .upgrade).json.serialized()
            )
            let upgrade = try answer.message(ClusterInstallation.self)
            let text = try #require(upgrade.manifest)
            #expect(upgrade.expiresAt == nil && upgrade.image == AgentInstallation.defaultImage)
            #expect(try Self.objects(text).allSatisfy { $0["kind"] != "Secret" })
            #expect(try Self.arguments(in: text) == Self.arguments(in: manifest), "hub and certificates stay")
        }
    }

    @Test func `the hub's own address wins over the one it was reached at`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let other = HubApplication(
                store: hub.store,
                events: hub.events,
                metrics: MetricsRegistry(),
                logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() }),
                publicURL: "https://hub.example.com/otomi",
                agentImage: "mirror.example.com/agent:2",
                clock: { hub.now }
            )
            try await other.server(on: .hostname("127.0.0.1", port: 0)).test(.router) { client in
                let caller = HubCaller(client: client, token: HubTest.adminToken)
                let made = try await Self.prepare(caller, InstallationRequest(delivery: .link))
                    .message(ClusterInstallation.self)
                #expect(made.url?.hasPrefix("https://hub.example.com/otomi/install/v1/otomi_") == true)
                #expect(made.image == "mirror.example.com/agent:2")
                #expect(made.notes.isEmpty)
                let added = try await caller.addCluster("second")
                #expect(added.install.contains("--hub https://hub.example.com/otomi "))
            }
        }
    }

    @Test func `an operator is told when the token would travel in the clear, or the agent would find no hub`()
        async throws
    {
        try await HubTest.with { _, caller in
            try await caller.addCluster("demo")
            let loopback = try await Self.prepare(caller, InstallationRequest(delivery: .link))
                .message(ClusterInstallation.self).notes
            #expect(loopback.count == 1 && loopback[0].contains("--public-url"))
        }
    }

    @Test func `what no cluster would take is refused before it is remembered`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            let wrong = InstallationRequest(
                delivery: .manifest,
                image: "no image",
                authorities: "-----BEGIN PRIVATE KEY-----",
                proxy: "http://user:password@proxy:3128",
                persistence: "large"
            )
            let problem = try await Self.prepare(caller, wrong).problem(.invalid)
            #expect(
                problem.errors.map(\.pointer.description).sorted() == [
                    "/authorities", "/image", "/persistence", "/proxy",
                ]
            )
            #expect(try await hub.store.installationOptions(of: "demo") == nil)
            let soon = InstallationRequest(delivery: .link, lifetimeSeconds: 1)
            try await Self.prepare(caller, soon).problem(.badRequest)
            try await Self.prepare(caller, InstallationRequest(delivery: .link), cluster: "none").problem(.notFound)
            try await Self.prepare(caller.with(token: nil), InstallationRequest(delivery: .link))
                .problem(.unauthenticated)
        }
    }

    @Test func `a removed cluster's link is gone with it`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("demo")
            let path = try await Self.link(caller)
            #expect(try await caller.delete(Route.cluster.path("demo")).status == 204)
            try await caller.get(path).problem(.notFound)
        }
    }
}
