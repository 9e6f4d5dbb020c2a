import Concurrency
import HTTPTransport
import HubAPI
import HubHTTP
import HubTLS
import HubTestSupport
import NIOCore
import NIOPosix
import Testing

/// The hub on a socket, asked by clients that may not mean well.
@Suite struct NetworkTests {
    private static func with(
        _ settings: ServerSettings = ServerSettings(),
        tls: HTTPTransport.TLSConfiguration = .system,
        _ body: @escaping @Sendable (_ client: HTTPClient, _ port: Int) async throws -> Void
    ) async throws {
        try await HubTest.with { hub, _ in
            try await hub.listen(settings) { port in
                let client = try HTTPClient(configuration: HTTPClient.Configuration(tls: tls))
                let result: Result<Void, any Error>
                do { result = .success(try await body(client, port)) } catch { result = .failure(error) }
                await client.shutDown()
                try result.get()
            }
        }
    }

    private static func url(_ port: Int, _ path: String = "/api/v1/clusters", scheme: String = "http") -> String {
        "\(scheme)://127.0.0.1:\(port)\(path)"
    }

    @Test func `every answer carries what browsers and caches must know, and lets no other origin read it`()
        async throws
    {
        try await Self.with { client, port in
            for (path, token) in [
                ("/api/v1/clusters", HubTest.adminToken), ("/api/v1/clusters", "wrong"), ("/none", ""), ("/livez", ""),
            ] {
                let answer = try await client.send(
                    HTTPRequest(
                        .get,
                        Self.url(port, path),
                        headers: ["Authorization": "Bearer \(token)", "Origin": "https://evil.example"]
                    )
                )
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(answer.headers["referrer-policy"] == "no-referrer")
                #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(answer.headers["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
                #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(answer.headers["strict-transport-security"] == nil)
                #expect(answer.headers["access-control-allow-origin"] == nil)
                #expect(answer.headers["server"] == "otomi-hub", "no version")
            }
        }
    }

    @Test func `heads and targets beyond the limits are refused`() async throws {
        try await Self.with { client, port in
            var many = HTTPRequest(.get, Self.url(port))
            for number in 0..<200 { many.headers.add("x-\(number)", "1") }
            #expect(try await client.send(many).status == 400)
            let long = HTTPRequest(.get, Self.url(port), headers: ["x": String(repeating: "a", count: 20_000)])
            #expect(try await client.send(long).status == 400)
            let target = HTTPRequest(.get, Self.url(port, "/" + String(repeating: "a", count: 9_000)))
            let answer = try await client.send(target)
            #expect(answer.status == 400)
            #expect(String(decoding: answer.body, as: UTF8.self).contains("8192"))
        }
    }

    @Test func `an address that asks too often is told when to come again, whatever it writes into its fields`()
        async throws
    {
        var settings = ServerSettings()
        settings.rates.address = RateLimits.Rate(burst: 5, perSecond: 0.1)
        try await Self.with(settings) { client, port in
            for number in 0..<8 {
                let answer = try await client.send(
                    HTTPRequest(
                        .get,
                        Self.url(port),
                        headers: ["X-Forwarded-For": "198.51.100.\(number)", "Forwarded": "for=198.51.100.\(number)"]
                    )
                )
                #expect(answer.status == (number < 5 ? 401 : 429))
                if number >= 5 { #expect(answer.headers["retry-after"] == "10") }
            }
            #expect(try await client.send(HTTPRequest(.get, Self.url(port, "/livez"))).status == 200)
        }
    }

    @Test func `behind a trusted proxy each caller has a limit of their own`() async throws {
        var settings = ServerSettings()
        settings.rates.address = RateLimits.Rate(burst: 2, perSecond: 0.1)
        settings.trustedProxies = TrustedProxies(["127.0.0.0/8"].compactMap { AddressRange($0) })
        try await Self.with(settings) { client, port in
            func status(of address: String) async throws -> Int {
                try await client.send(HTTPRequest(.get, Self.url(port), headers: ["X-Forwarded-For": address])).status
            }
            var statuses: [Int] = []
            for last in [1, 1, 1, 2] { statuses.append(try await status(of: "198.51.100.\(last)")) }
            #expect(statuses == [401, 401, 429, 401])
            // What the proxy says nothing of may be a whole fleet.
            for _ in 0..<5 { #expect(try await client.send(HTTPRequest(.get, Self.url(port))).status == 401) }
        }
    }

    @Test func `whoever guesses tokens has few guesses, and one who is known is stopped by their own rate`()
        async throws
    {
        var settings = ServerSettings()
        settings.rates.failures = RateLimits.Rate(burst: 3, perSecond: 0.1)
        settings.rates.person = RateLimits.Rate(burst: 4, perSecond: 0.5)
        try await Self.with(settings) { client, port in
            func answer(_ token: String) async throws -> HTTPResponse {
                try await client.send(
                    HTTPRequest(.get, Self.url(port), headers: ["Authorization": "Bearer \(token)"])
                )
            }
            for _ in 0..<4 { #expect(try await answer(HubTest.adminToken).status == 200) }
            let limited = try await answer(HubTest.adminToken)
            #expect(limited.status == 429)
            #expect(limited.headers["retry-after"] == "2")
            for _ in 0..<3 { #expect(try await answer("otomi_guess").status == 401) }
            #expect(try await answer("otomi_guess").status == 429)
        }
    }

    @Test func `one address has so many connections and no more`() async throws {
        var settings = ServerSettings()
        settings.connections.perAddress = 2
        try await HubTest.with { [settings] hub, _ in
            try await hub.listen(settings) { port in
                try await withDeadline(.seconds(60)) {
                    let held = try await (RawConnection.open(port), RawConnection.open(port))
                    for connection in [held.0, held.1] {
                        let answer = try await connection.exchange("GET /livez HTTP/1.1\r\nhost: hub\r\n\r\n")
                        #expect(answer.hasPrefix("HTTP/1.1 200"))
                    }
                    #expect(try await RawConnection.open(port).readToEnd() == "")
                    try await held.0.close()
                    // The place is free as soon as the hub has seen the end.
                    var answer = ""
                    while !answer.hasPrefix("HTTP/1.1 200") {
                        answer =
                            (try? await RawConnection.open(port).exchange("GET /livez HTTP/1.1\r\nhost: hub\r\n\r\n"))
                            ?? ""
                    }
                    try await held.1.close()
                }
            }
        }
    }

    // MARK: - TLS

    /// Settings with a certificate of the hub's own.
    private static func encrypted(_ certificate: SelfMadeCertificate) throws -> ServerSettings {
        var settings = ServerSettings()
        settings.tls = try ServerTLS(
            certificatePEM: Array(certificate.certificatePEM.utf8),
            keyPEM: Array(certificate.keyPEM.utf8)
        )
        settings.pin = certificate.pin
        return settings
    }

    private static func certificate() throws -> SelfMadeCertificate {
        try SelfMadeCertificate(names: ["localhost", "127.0.0.1"], now: .now())
    }

    private static func failure(
        _ tls: HTTPTransport.TLSConfiguration,
        _ url: String
    ) async throws -> HTTPTransportError? {
        let client = try HTTPClient(configuration: HTTPClient.Configuration(tls: tls))
        defer { Task { await client.shutDown() } }
        do throws(HTTPTransportError) {
            _ = try await client.send(HTTPRequest(.get, url))
            return nil
        } catch { return error }
    }

    @Test func `the pinned key opens the way, and no other key, name or authority does`() async throws {
        let certificate = try Self.certificate()
        let other = try Self.certificate()
        try await Self.with(try Self.encrypted(certificate), tls: .init(pin: certificate.pin)) { client, port in
            let url = Self.url(port, "/livez", scheme: "https")
            let answer = try await client.send(HTTPRequest(.get, url))
            #expect(answer.status == 200)
            #expect(answer.headers["strict-transport-security"] == "max-age=31536000")
            let wrong = try await Self.failure(.init(pin: other.pin), url)
            #expect(wrong?.code == .tls)
            #expect(wrong?.message.contains("not the pinned one") == true)
            #expect(try await Self.failure(.init(pin: "\(other.pin);\(certificate.pin)"), url) == nil)
            #expect(try await Self.failure(.system, url)?.code == .tls)
            #expect(try await Self.failure(.init(pin: "/etc/passwd"), url)?.code == .invalidRequest)
            let trusted = Array(certificate.certificatePEM.utf8)
            #expect(try await Self.failure(.init(authoritiesPEM: trusted), url) == nil)
            #expect(try await Self.failure(.init(authoritiesPEM: trusted, pin: certificate.pin), url) == nil)
            #expect(try await Self.failure(.init(authoritiesPEM: trusted, pin: other.pin), url)?.code == .tls)
            let foreign = Array(other.certificatePEM.utf8)
            #expect(try await Self.failure(.init(authoritiesPEM: foreign, pin: certificate.pin), url)?.code == .tls)
        }
    }

    @Test func `a renewed certificate keeps the way open, a swapped key closes it, and open connections stay`()
        async throws
    {
        let certificate = try Self.certificate()
        let settings = try Self.encrypted(certificate)
        let tls = try #require(settings.tls)
        try await Self.with(settings, tls: .init(pin: certificate.pin)) { client, port in
            let url = Self.url(port, "/livez", scheme: "https")
            #expect(try await client.send(HTTPRequest(.get, url)).status == 200)
            let renewed = try SelfMadeCertificate(names: ["localhost"], keyPEM: certificate.keyPEM, now: .now())
            try tls.replace(certificatePEM: Array(renewed.certificatePEM.utf8), keyPEM: Array(renewed.keyPEM.utf8))
            #expect(try await Self.failure(.init(pin: certificate.pin), url) == nil)
            let stranger = try Self.certificate()
            try tls.replace(certificatePEM: Array(stranger.certificatePEM.utf8), keyPEM: Array(stranger.keyPEM.utf8))
            #expect(try await Self.failure(.init(pin: certificate.pin), url)?.code == .tls)
            // The connection of the beginning is still the one that it was.
            #expect(try await client.send(HTTPRequest(.get, url)).status == 200)
        }
    }

    @Test func `enrolment carries the pin, and the address that it belongs to`() async throws {
        let certificate = try Self.certificate()
        try await Self.with(try Self.encrypted(certificate), tls: .init(pin: certificate.pin)) { client, port in
            let base = "https://127.0.0.1:\(port)"
            let hub = try HubClient(url: base, token: HubTest.adminToken, client: client)
            let enrolment = try await hub.addCluster(NewCluster(name: "demo", provider: "aws", region: "eu-1"))
            #expect(enrolment.pin == certificate.pin)
            #expect(enrolment.install.contains("--hub \(base) --hub-pin \(certificate.pin) --token "))
            let installation = try await hub.install(cluster: "demo", InstallationRequest(delivery: .manifest))
            #expect(installation.pin == certificate.pin)
            #expect(installation.manifest?.contains(certificate.pin) == true)
            let link = try await hub.install(cluster: "demo", InstallationRequest(delivery: .link))
            #expect(link.notes.contains { $0.contains("--pinnedpubkey '\(certificate.pin)'") })
        }
    }
}
