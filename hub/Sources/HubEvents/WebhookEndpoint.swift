package import Concurrency
package import HTTPTransport
package import HubStore

/// Sends one delivery to where it belongs, and says what became of it.
package struct WebhookEndpoint: Sendable {
    /// How long one attempt takes at most.
    package static let timeout: Duration = .seconds(10)
    /// How much of an answer is kept.
    private static let answerBytes = 1_024

    private let client: HTTPClient
    private let timeout: Duration
    private let clock: WallClock

    /// - Parameters:
    ///   - client: made with ``configuration(trusting:)``.
    ///   - timeout: how long one attempt may take.
    ///   - clock: where the time comes from that is signed.
    package init(
        client: HTTPClient,
        timeout: Duration = WebhookEndpoint.timeout,
        clock: @escaping WallClock
    ) {
        self.client = client
        self.timeout = timeout
        self.clock = clock
    }

    /// The settings of a client for webhooks: nothing of a cloud's own, and no answer that unfolds.
    package static func configuration(trusting tls: TLSConfiguration = .system) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            tls: tls,
            connectTimeout: .seconds(5),
            acceptsCompression: false,
            userAgent: "otomi-webhooks"
        )
        configuration.refusesLinkLocal = true
        return configuration
    }

    /// Sends it; a 2xx is a success, whatever else comes is none.
    package func send(_ claimed: ClaimedDelivery) async -> WebhookAttempt {
        let began = ContinuousClock.now
        guard let key = claimed.key else {
            let error = "the webhook's secret cannot be opened with the keys of this hub: give it a new one"
            return WebhookAttempt(isSuccess: false, status: nil, duration: .zero, error: error, response: nil)
        }
        let body = Array(claimed.delivery.body.utf8)
        var headers: HTTPHeaders = [:]
        let signed = WebhookMessage.headers(
            id: claimed.delivery.messageID,
            at: clock(),
            body: body,
            key: key
        )
        for header in signed { headers[header.name] = header.value }
        let request = HTTPRequest(.post, claimed.url, headers: headers, body: body, timeout: timeout)
        do {
            let stream = try await client.stream(request)
            let answer = await Self.beginning(of: stream)
            return WebhookAttempt(
                isSuccess: stream.isSuccess,
                status: stream.status,
                duration: ContinuousClock.now - began,
                error: stream.isSuccess ? nil : Self.error(stream.status),
                response: answer
            )
        } catch {
            return WebhookAttempt(
                isSuccess: false,
                status: nil,
                duration: ContinuousClock.now - began,
                error: error.message,
                response: nil
            )
        }
    }

    private static func error(_ status: Int) -> String {
        (300..<400).contains(status) ? "status \(status): redirects are not followed" : "status \(status)"
    }

    /// The first bytes of an answer as text; the rest is not waited for.
    private static func beginning(of stream: HTTPResponseStream) async -> String? {
        var bytes: [UInt8] = []
        while bytes.count < answerBytes, let chunk = try? await stream.next() {
            bytes += chunk.prefix(answerBytes - bytes.count)
        }
        stream.cancel()
        // A NUL has no place in the database, and one scalar may have been cut.
        let text = String(decoding: bytes, as: UTF8.self).filter { $0 != "\0" }
        return text.isEmpty ? nil : String(text.prefix(answerBytes))
    }
}
