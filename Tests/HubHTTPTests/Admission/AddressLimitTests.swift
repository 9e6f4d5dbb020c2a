import AgentProtocol
import Concurrency
import HubAPI
import HubHTTP
import HubStore
import HubTestSupport
import Hummingbird
import HummingbirdTesting
import Testing

/// What one address can keep from another, or from its neighbours behind it.
@Suite struct AddressLimitTests {
    private static let timestamp = AgentRoute.metadata(.timestamp, poll: nil)

    @Test func `wrong credentials of an address count, and signed requests go on behind it`() async throws {
        var settings = ServerSettings()
        settings.rates.failures = RateLimits.Rate(burst: 2, perSecond: 0.001)
        try await HubTest.with { [settings] hub, caller in
            let good = try await TestAgent.enrolled("good", hub, caller)
            let revoked = try await TestAgent.enrolled("revoked", hub, caller)
            try await hub.store.revokeCluster(named: "revoked")
            let token = try await caller.addCluster("new").token
            try await hub.application(settings).server(on: .hostname("127.0.0.1", port: 0)).test(.live) { client in
                let caller = HubCaller(client: client)
                for _ in 0..<4 {
                    try await revoked.with(caller: caller).send(Self.timestamp).problem(.unauthenticated)
                }
                let stranger = TestAgent(hub, caller)
                let wrong = String(token.dropLast(4)) + "AAAA"
                for _ in 0..<2 { try await stranger.enrol(token: wrong).problem(.unauthenticated) }
                try await stranger.enrol(token: wrong).problem(.tooManyRequests)
                #expect(try await good.with(caller: caller).send(Self.timestamp).status == 404)
            }
        }
    }

    /// The head of a request whose body does not come.
    private static func head(_ path: String) -> String {
        "POST \(path) HTTP/1.1\r\nhost: hub\r\nx-forwarded-for: 198.51.100.1\r\ncontent-length: 1000\r\n\r\n"
    }

    private static func connections(_ count: Int, _ port: Int) async throws -> [RawConnection] {
        var connections: [RawConnection] = []
        for _ in 0..<count { connections.append(try await RawConnection.open(port)) }
        return connections
    }

    @Test func `bodies that do not come leave the agents' places free, and most of the others to others`()
        async throws
    {
        var settings = ServerSettings()
        settings.admission.agents = AdmissionLimits.Places(atOnce: 2, inLine: 0)
        settings.admission.enrolments = AdmissionLimits.Places(atOnce: 4, inLine: 0)
        settings.trustedProxies = TrustedProxies(["127.0.0.0/8"].compactMap { AddressRange($0) })
        try await HubTest.with { [settings] hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let token = try await caller.addCluster("late").token
            try await hub.application(settings).server(on: .hostname("127.0.0.1", port: 0)).test(.live) { client in
                let caller = HubCaller(client: client)
                let port = try #require(client.port)
                let unsigned = try await Self.connections(4, port)
                let unknown = try await Self.connections(4, port)
                try await withDeadline(.seconds(60)) {
                    for connection in unsigned {
                        let answer = try await connection.exchange(Self.head(AgentRoute.report.path))
                        #expect(answer.hasPrefix("HTTP/1.1 401"))
                    }
                    #expect(try await agent.with(caller: caller).send(Self.timestamp).status == 404)
                    try await withThrowingTaskGroup(of: String.self) { group in
                        for connection in unknown {
                            group.addTask { try await connection.exchange(Self.head(AgentRoute.enrol.path)) }
                        }
                        // One of the four places waits for a body of that address.
                        for _ in 0..<3 {
                            let answer = try await group.next()
                            #expect(answer?.hasPrefix("HTTP/1.1 503") == true)
                        }
                        let late = TestAgent(hub, caller, clusterUID: "uid-late")
                        #expect(try await late.enrol(token: token).status < 300)
                        group.cancelAll()
                    }
                }
                for connection in unsigned + unknown { try? await connection.close() }
            }
        }
    }
}
