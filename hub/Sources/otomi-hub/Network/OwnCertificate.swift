import Concurrency
import HubTLS
import Logging
import ServiceLifecycle

/// The certificate that the hub makes itself: kept in the data directory, made anew with the same key before it ends.
struct OwnCertificate: Service {
    private static let certificateName = "tls.crt"
    private static let keyName = "tls.key"
    private static let interval: Duration = .seconds(3_600)

    let tls: ServerTLS
    let pin: String
    private let directory: DataDirectory
    private let names: [String]
    private let logger: Logger
    private let first: SelfMadeCertificate

    /// Reads the certificate of an earlier start, or makes one.
    ///
    /// - Throws: `SelfMadeCertificate.Unreadable`, `TLSFailure` or `DataDirectory.Unusable`.
    init(directory: DataDirectory, names: [String], logger: Logger) throws {
        self.directory = directory
        self.names = names
        self.logger = logger
        let key = try directory.text(of: Self.keyName)
        var certificate: SelfMadeCertificate?
        if let key, let text = try directory.text(of: Self.certificateName) {
            certificate = try SelfMadeCertificate(certificatePEM: text, keyPEM: key, names: names, now: .now())
        }
        if let certificate {
            first = certificate
        } else {
            first = try SelfMadeCertificate(names: names, keyPEM: key, now: .now())
            // The key first: a certificate without it would be of no use, and a key without it is made one for.
            if key == nil { try directory.write(Array("\(first.keyPEM)\n".utf8), to: Self.keyName, mode: 0o600) }
            try directory.write(Array("\(first.certificatePEM)\n".utf8), to: Self.certificateName, mode: 0o644)
        }
        pin = first.pin
        tls = try ServerTLS(certificatePEM: Array(first.certificatePEM.utf8), keyPEM: Array(first.keyPEM.utf8))
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var current = first
            while (try? await Task.sleep(for: Self.interval)) != nil {
                guard current.isDue(at: .now()) else { continue }
                do { current = try renew(current) } catch {
                    logger.error("the hub's certificate could not be made anew", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func renew(_ current: SelfMadeCertificate) throws -> SelfMadeCertificate {
        let next = try SelfMadeCertificate(names: names, keyPEM: current.keyPEM, now: .now())
        try directory.write(Array("\(next.certificatePEM)\n".utf8), to: Self.certificateName, mode: 0o644)
        try tls.replace(certificatePEM: Array(next.certificatePEM.utf8), keyPEM: Array(next.keyPEM.utf8))
        logger.notice("the hub's certificate was made anew, with the same key")
        return next
    }
}
