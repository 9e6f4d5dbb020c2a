import AgentWorldSupport
import AgentTestSupport
import HTTPTransport
import Testing

/// The proxy of the fault tests does what it says.
@Suite struct FaultyProxyTests {
    /// `body` gets the proxy and a question, which is answered by its HTTP status or not at all.
    private func through(
        _ body: @escaping @Sendable (FaultyProxy, @escaping @Sendable () async -> Int?) async throws -> Void
    ) async throws {
        let hub = try ScriptedHub()
        try await HubServer(hub).serving { hubPort in
            try await FaultyProxy.with(to: hubPort) { proxy, port in
                let http = try HTTPClient()
                try await body(proxy) {
                    let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/livez", timeout: .seconds(1))
                    return try? await http.send(request).status
                }
                await http.shutDown()
            }
        }
    }

    @Test("fair weather lets everything pass, also after a cut")
    func fair() async throws {
        try await through { proxy, ask in
            #expect(await ask() == 200)
            proxy.cut()
            #expect(await ask() == 200)
        }
    }

    @Test("refused connections end at once, silent ones do not answer, truncated answers break")
    func faults() async throws {
        try await through { proxy, ask in
            for weather in [
                FaultyProxy.Weather(refuses: true), FaultyProxy.Weather(isSilent: true),
                FaultyProxy.Weather(answerBytes: 10),
            ] {
                proxy.set(weather)
                proxy.cut()
                #expect(await ask() == nil)
            }
            proxy.set(.fair)
            proxy.cut()
            #expect(await ask() == 200)
        }
    }
}
