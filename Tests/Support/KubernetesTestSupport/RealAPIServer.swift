import Foundation
import Glibc
import HTTPTransport
import Kubernetes
import Synchronization

/// A real `kube-apiserver` with its `etcd`.
final class RealAPIServer: Sendable {
    let configuration: KubernetesConfiguration
    let authority: [UInt8]
    let token: String
    private let programs: [ChildProcess]

    private static let number = Atomic<Int>(0)

    /// Why the server does not run.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The server of this process, started by the first test that asks; `nil` when KUBEBUILDER_ASSETS names no programs.
    static let shared = Task<RealAPIServer?, any Error> {
        guard let assets else {
            let notice =
                """
                ================================================================================
                KUBEBUILDER_ASSETS is not set: the suites run against the simulator ALONE.
                Set it to a folder with kube-apiserver and etcd to test against a real server.
                ================================================================================

                """
            FileHandle.standardError.write(Data(notice.utf8))
            return nil
        }
        return try await RealAPIServer(assets: assets)
    }

    /// The folder with the programs, if there is one.
    static var assets: String? {
        guard let folder = ProcessInfo.processInfo.environment["KUBEBUILDER_ASSETS"], !folder.isEmpty else {
            return nil
        }
        return folder
    }

    /// Starts a server of its own.
    ///
    /// - Throws: `Failure` when it does not become ready.
    init(assets: String) async throws {
        let folder = try Self.makeFolder()
        let ports = try Self.freePorts(3)
        let etcdURL = "http://127.0.0.1:\(ports[0])"
        token = UUID().uuidString
        try await Self.run("/usr/bin/openssl", ["genrsa", "-out", "\(folder)/service-account.key", "2048"], folder)
        try "\(token),admin,admin,\"system:masters\"\n".write(
            toFile: "\(folder)/tokens.csv",
            atomically: true,
            encoding: .utf8
        )
        let etcd = try ChildProcess(
            "\(assets)/etcd",
            [
                "--data-dir=\(folder)/etcd", "--listen-client-urls=\(etcdURL)", "--advertise-client-urls=\(etcdURL)",
                "--listen-peer-urls=http://127.0.0.1:\(ports[1])", "--unsafe-no-fsync", "--log-level=error",
            ],
            logFile: "\(folder)/etcd.log"
        )
        let server = try ChildProcess(
            "\(assets)/kube-apiserver",
            Self.arguments(folder: folder, etcdURL: etcdURL, port: ports[2]),
            logFile: "\(folder)/kube-apiserver.log"
        )
        programs = [etcd, server]
        authority = try await Self.certificate(folder, programs)
        configuration = KubernetesConfiguration(
            server: "https://127.0.0.1:\(ports[2])",
            tls: TLSConfiguration(authoritiesPEM: authority),
            credentials: .token(token),
            context: "real"
        )
        try await waitUntilReady()
    }

    /// Ends the server and its database.
    func stop() {
        for program in programs { program.kill() }
    }

    private static func arguments(folder: String, etcdURL: String, port: Int) -> [String] {
        [
            "--etcd-servers=\(etcdURL)", "--cert-dir=\(folder)/certificates", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", "--secure-port=\(port)", "--token-auth-file=\(folder)/tokens.csv",
            "--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-signing-key-file=\(folder)/service-account.key",
            "--service-account-key-file=\(folder)/service-account.key", "--service-cluster-ip-range=10.96.0.0/16",
            "--disable-admission-plugins=ServiceAccount", "--allow-privileged=true", "--profiling=false",
            "--endpoint-reconciler-type=none", "--enable-priority-and-fairness=false", "--v=1",
        ]
    }

    // MARK: - Waiting

    /// The certificate that the server makes for itself.
    private static func certificate(_ folder: String, _ programs: [ChildProcess]) async throws -> [UInt8] {
        let path = "\(folder)/certificates/apiserver.crt"
        for _ in 0..<1200 {
            if let data = FileManager.default.contents(atPath: path), !data.isEmpty { return Array(data) }
            try check(programs)
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(description: "kube-apiserver made no certificate\n\(programs[1].logTail)")
    }

    private func waitUntilReady() async throws {
        let client = try KubernetesClient(configuration)
        for _ in 0..<1200 {
            if let answer = try? await client.raw(.get, "/readyz"), answer.status == 200 {
                await client.shutDown()
                return
            }
            try Self.check(programs)
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(description: "kube-apiserver did not become ready\n\(programs[1].logTail)")
    }

    private static func check(_ programs: [ChildProcess]) throws {
        for program in programs where program.hasEnded {
            throw Failure(description: "\(program.logFile) ended early:\n\(program.logTail)")
        }
    }

    // MARK: - Preparing

    /// A folder of this server; those of processes that are gone are removed.
    private static func makeFolder() throws -> String {
        let root = "/tmp/otomi-kube-apiserver"
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: root)) ?? [] {
            if let identifier = name.split(separator: "-").first.flatMap({ pid_t($0) }), Glibc.kill(identifier, 0) != 0,
                errno == ESRCH
            {
                try? files.removeItem(atPath: "\(root)/\(name)")
            }
        }
        let folder = "\(root)/\(getpid())-\(number.add(1, ordering: .relaxed).newValue)"
        try files.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return folder
    }

    private static func run(_ executable: String, _ arguments: [String], _ folder: String) async throws {
        let process = try ChildProcess(executable, arguments, logFile: "\(folder)/prepare.log")
        for _ in 0..<6000 where !process.hasEnded { try await Task.sleep(for: .milliseconds(5)) }
        guard process.hasEnded else { throw Failure(description: "\(executable) did not end") }
    }

    /// Ports that nobody listens on at this moment.
    ///
    /// They are below those that the system hands out to clients, or one of those would often be quicker.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var ports: Set<Int> = []
        for _ in 0..<1_000 where ports.count < count {
            let port = Int.random(in: 15_000..<32_000)
            if isFree(port) { ports.insert(port) }
        }
        guard ports.count == count else { throw Failure(description: "no free ports") }
        return Array(ports)
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
