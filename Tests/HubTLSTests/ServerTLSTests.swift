import Concurrency
import HubTLS
import Synchronization
import Testing

@Suite struct ServerTLSTests {
    @Test func `the keys of tickets do not live for longer than a day`() throws {
        let certificate = try SelfMadeCertificate(names: ["localhost"], now: .now())
        let start = ContinuousClock.now
        let passed = Mutex(Duration.zero)
        let tls = try ServerTLS(
            certificatePEM: Array(certificate.certificatePEM.utf8),
            keyPEM: Array(certificate.keyPEM.utf8),
            now: { start + passed.withLock(\.self) }
        )
        let first = tls.context
        passed.withLock { $0 = ServerTLS.lifetime - .seconds(1) }
        #expect(tls.context === first)
        passed.withLock { $0 = ServerTLS.lifetime }
        let second = tls.context
        #expect(second !== first)
        #expect(tls.context === second)
    }
}
