import Concurrency
import Glibc
package import Logging
import ServiceLifecycle

/// Takes up a certificate and its key from two files whenever they change, as certbot and cert-manager change them.
package struct CertificateFiles: Service {
    /// How large either may be.
    private static let limit = 1 << 20
    /// How often the files are looked at.
    package static let interval: Duration = .seconds(30)

    private let certificate: String
    private let key: String
    private let logger: Logger
    private let pause: @Sendable () async throws -> Void
    package let tls: ServerTLS
    /// As the files were when they were read first.
    private let first: [[Int]]

    /// Reads both files.
    ///
    /// - Parameters:
    ///   - certificate: the path of the chain, leaf first, PEM.
    ///   - key: the path of the leaf's key, PEM.
    ///   - logger: where changes are told.
    ///   - pause: waits until the files are to be looked at again.
    ///
    /// - Throws: `TLSFailure` when they cannot be used.
    package init(
        certificate: String,
        key: String,
        logger: Logger,
        pause: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: Self.interval) }
    ) throws(TLSFailure) {
        self.certificate = certificate
        self.key = key
        self.logger = logger
        self.pause = pause
        first = Self.marks(certificate, key)
        tls = try ServerTLS(certificatePEM: Self.read(certificate), keyPEM: Self.read(key))
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var seen = first
            while (try? await pause()) != nil {
                let now = Self.marks(certificate, key)
                guard now != seen else { continue }
                // A half-written pair stays unseen, so that it is read again the next time.
                if reload() { seen = now }
            }
        }
    }

    /// Reads both files again; the certificate before stays when they cannot be used.
    @discardableResult
    package func reload() -> Bool {
        do {
            try tls.replace(certificatePEM: Self.read(certificate), keyPEM: Self.read(key))
            logger.notice("TLS certificate replaced", metadata: ["file": "\(certificate)"])
            return true
        } catch {
            logger.warning(
                "the new TLS certificate is not used, the one before stays",
                metadata: ["file": "\(certificate)", "error": "\(error)"]
            )
            return false
        }
    }

    /// What changes when a file is written or replaced, also behind a symbolic link.
    private static func marks(_ certificate: String, _ key: String) -> [[Int]] {
        [certificate, key].map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return [] }
            return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        }
    }

    private static func read(_ path: String) throws(TLSFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TLSFailure("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0, bytes.count <= limit else {
                throw TLSFailure("cannot read \(path), or it is longer than \(limit) bytes")
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
