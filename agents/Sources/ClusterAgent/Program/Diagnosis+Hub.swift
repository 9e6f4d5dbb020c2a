import AgentProtocol
import Bundles
import Concurrency
import HTTPTransport

extension Diagnosis {
    /// How far the clocks may be apart before requests are refused.
    private static let skewLimit: Int64 = 300

    /// Whether the hub answers, knows this agent, and has the same time.
    func hubFindings() async -> [Finding] {
        do throws(HTTPTransportError) {
            let http = try HTTPClient(
                configuration: HTTPClient.Configuration(
                    tls: configuration.hubTLS,
                    acceptsCompression: false,
                    userAgent: "otomi-agent/diagnose"
                )
            )
            let findings = await hubFindings(http)
            await http.shutDown()
            return findings
        } catch { return [Finding("hub", .fail, "\(error)")] }
    }

    private func hubFindings(_ http: HTTPClient) async -> [Finding] {
        let started = environment.now()
        let response: HTTPResponse
        do throws(HTTPTransportError) {
            response = try await http.send(
                HTTPRequest(.get, "\(configuration.hub)/livez", timeout: Self.patience)
            )
        } catch {
            let hint = error.code == .tls ? "; check the hub's certificate and the CA this machine trusts" : ""
            return [Finding("hub", .fail, "\(configuration.hub) is not reached: \(error.message)\(hint)")]
        }
        let latency = (environment.now() - started).wholeMilliseconds
        var findings = [
            Finding(
                "hub",
                response.isSuccess ? .ok : .fail,
                "\(configuration.hub) answers with HTTP status \(response.status) in \(latency) ms"
                    + (response.isSuccess ? "" : "; check --hub")
            ),
            encryption,
        ]
        if let date = response.headers["date"], let time = HTTPDate.seconds(date) {
            findings.append(Self.clock(skew: started.seconds - time))
        }
        if let known = await enrolmentFinding(http) { findings.append(known) }
        return findings
    }

    private var encryption: Finding {
        configuration.hub.hasPrefix("https://")
            ? Finding(
                "TLS",
                .ok,
                configuration.hubTLS.pin == nil
                    ? "the connection is encrypted and the hub's certificate was verified"
                    : "the connection is encrypted and the hub has the pinned key"
            )
            : Finding("TLS", .warn, "the connection is not encrypted; use https:// outside of a trusted network")
    }

    static func clock(skew: Int64) -> Finding {
        let text = "\(skew) s away from the hub's clock, \(skewLimit) s are let pass"
        if abs(skew) >= skewLimit { return Finding("clock", .fail, "\(text); set this machine's clock") }
        return Finding("clock", abs(skew) < 60 ? .ok : .warn, text)
    }

    /// Whether the hub still accepts this agent's key; `nil` before the enrolment.
    private func enrolmentFinding(_ http: HTTPClient) async -> Finding? {
        guard let identity = state.identity, let enrolment = identity.enrolment else { return nil }
        let hub = HTTPHubConnection(
            url: configuration.hub,
            identity: identity.credentials(bootID: Boot.none),
            http: http,
            environment: environment
        )
        do throws(HubError) {
            _ = try await hub.timestamp()
            return Finding("enrolment", .ok, "the hub knows this agent's key as cluster \(enrolment.cluster.name)")
        } catch { return Finding("enrolment", .fail, error.message) }
    }
}
