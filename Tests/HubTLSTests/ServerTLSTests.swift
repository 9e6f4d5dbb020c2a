import Concurrency
import HubTLS
import Synchronization
import Testing

@Suite struct ServerTLSTests {
    private final class Time: Sendable {
        private let instant = Mutex(ContinuousClock.now)

        var now: ContinuousClock.Instant { instant.withLock { $0 } }

        func pass(_ time: Duration) { instant.withLock { $0 += time } }
    }

    @Test func `the keys of tickets do not live for longer than a day`() throws {
        let certificate = try SelfMadeCertificate(names: ["localhost"], now: .now())
        let time = Time()
        let tls = try ServerTLS(
            certificatePEM: Array(certificate.certificatePEM.utf8),
            keyPEM: Array(certificate.keyPEM.utf8),
            now: { time.now }
        )
        let first = tls.context
        time.pass(ServerTLS.lifetime - .seconds(1))
        #expect(tls.context === first)
        time.pass(.seconds(1))
        let second = tls.context
        #expect(second !== first)
        #expect(tls.context === second)
    }
}
