import HTTPTransport
import HubEvents
import Testing

@Suite struct WebhookAddressTests {
    @Test(arguments: [
        "https://hooks.example.com/otomi", "https://hooks.example.com:8443/a?b=c", "http://127.0.0.1:9000/x",
        "http://localhost/x", "http://[::1]:8080/", "https://10.0.0.7/inside", "https://169.25.4.1/",
    ])
    func `is sent to`(url: String) {
        #expect(WebhookAddress.fault(in: url) == nil)
    }

    @Test(arguments: [
        "", "hooks.example.com", "http://hooks.example.com/", "ftp://hooks.example.com/", "https://", "https:///x",
        "https://user:secret@hooks.example.com/", "https://hooks.example.com/#part", "https://hooks example.com/",
        "https://169.254.169.254/latest/meta-data", "https://[fe80::1]/", "https://[fd00:ec2::254]/",
        "https://[::ffff:169.254.169.254]/", "https://metadata.google.internal/", "https://METADATA.google.internal./",
        "https://100.100.100.200/", "https://hooks.example.com/\n",
    ])
    func `is not sent to`(url: String) {
        #expect(WebhookAddress.fault(in: url) != nil)
    }

    @Test func `an address of a cloud's own is not connected to either`() async throws {
        let client = try HTTPClient(configuration: WebhookEndpoint.configuration())
        for url in ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/"] {
            let error = await #expect(throws: HTTPTransportError.self) {
                try await client.send(HTTPRequest(.get, url, timeout: .seconds(30)))
            }
            #expect(error?.code != .timeout, "\(url): it was tried")
        }
        await client.shutDown()
    }

    @Test func `retries take most of a day and are spread`() {
        let pauses = (1..<10).map { WebhookRetry.pause(after: $0, jitter: 0.5) }
        #expect(pauses == pauses.sorted())
        #expect(pauses.first == .seconds(10))
        let sum = pauses.reduce(.zero, +)
        #expect(sum > .seconds(18 * 3_600) && sum < .seconds(30 * 3_600))
        for attempt in 1..<12 {
            let (least, most) = (
                WebhookRetry.pause(after: attempt, jitter: 0), WebhookRetry.pause(after: attempt, jitter: 1)
            )
            #expect(least < most && most <= .seconds(15 * 3_600))
        }
    }
}
