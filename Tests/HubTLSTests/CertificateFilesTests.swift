import Concurrency
import Foundation
import HubTLS
import Logging
import NIOSSL
import PostgresTestSupport
import Testing

@Suite struct CertificateFilesTests {
    /// Two files in a folder of their own, as certbot leaves them.
    private struct Pair {
        let folder: TemporaryDirectory
        let logger = Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })

        init() throws { folder = try TemporaryDirectory(prefix: "otomi-tls") }

        var certificate: String { "\(folder.path)/fullchain.pem" }
        var key: String { "\(folder.path)/privkey.pem" }

        func write(certificate: SelfMadeCertificate? = nil, key: SelfMadeCertificate? = nil) throws {
            if let certificate {
                try certificate.certificatePEM.write(toFile: self.certificate, atomically: true, encoding: .utf8)
            }
            if let key { try key.keyPEM.write(toFile: self.key, atomically: true, encoding: .utf8) }
        }
    }

    private static func certificate() throws -> SelfMadeCertificate {
        try SelfMadeCertificate(names: ["localhost"], now: .now())
    }

    @Test func `a new pair is taken up, and a half-written one leaves the old one in use`() throws {
        let files = try Pair()
        defer { files.folder.remove() }
        let (old, new) = (try Self.certificate(), try Self.certificate())
        try files.write(certificate: old, key: old)
        let watched = try CertificateFiles(certificate: files.certificate, key: files.key, logger: files.logger)
        let before = watched.tls.context
        try files.write(certificate: new)
        #expect(!watched.reload())
        #expect(watched.tls.context === before)
        try files.write(key: new)
        #expect(watched.reload())
        #expect(watched.tls.context !== before)
    }

    @Test func `files are looked at again whenever it is time, and read when they changed`() async throws {
        let files = try Pair()
        defer { files.folder.remove() }
        let (old, new) = (try Self.certificate(), try Self.certificate())
        try files.write(certificate: old, key: old)
        let turns = Signal()
        let ticks = AsyncGate()
        try await ticks.enter()
        let watched = try CertificateFiles(certificate: files.certificate, key: files.key, logger: files.logger) {
            turns.notify()
            try await ticks.enter()
        }
        let before = watched.tls.context
        try await withDeadline(.seconds(30)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await watched.run() }
                let first = await turns.wait(after: 0)
                ticks.leave()
                let second = await turns.wait(after: first)
                #expect(watched.tls.context === before)
                try? files.write(certificate: new, key: new)
                ticks.leave()
                _ = await turns.wait(after: second)
                #expect(watched.tls.context !== before)
                group.cancelAll()
            }
        }
    }

    @Test func `what cannot be used is refused with its reason`() throws {
        let files = try Pair()
        defer { files.folder.remove() }
        func reason() -> String? {
            #expect(throws: TLSFailure.self) {
                try CertificateFiles(certificate: files.certificate, key: files.key, logger: files.logger)
            }?.description
        }
        #expect(reason()?.contains("cannot read") == true)
        let (one, other) = (try Self.certificate(), try Self.certificate())
        try files.write(certificate: one, key: other)
        #expect(reason()?.contains("do not belong together") == true)
        try "no PEM".write(toFile: files.key, atomically: true, encoding: .utf8)
        #expect(reason()?.contains("private key") == true)
    }
}
