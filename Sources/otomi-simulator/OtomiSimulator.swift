import ArgumentParser
import ClusterSimulator
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Serves one simulated Kubernetes API until it is told to stop.
@main
struct OtomiSimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "otomi-simulator",
        abstract: "A Kubernetes API server in memory, for demos, tests and fleet simulation.",
        discussion: "Prints one line of JSON with its URL as soon as it takes connections."
    )

    @Option(help: ArgumentHelp("The address to listen on; port 0 takes any free one.", valueName: "host:port"))
    var listen = "127.0.0.1:0"

    @Option(help: "The name of the cluster.")
    var name = "simulated"

    @Option(help: ArgumentHelp("Write a kubeconfig for this cluster there.", valueName: "file"))
    var kubeconfigOut: String?

    @Option(
        help: ArgumentHelp("Install the manifests of this folder, CustomResourceDefinitions first.", valueName: "dir")
    )
    var crds: String?

    @Option(help: ArgumentHelp("The minor version of Kubernetes 1 to pretend.", valueName: "minor"))
    var kubernetesMinor = 32

    @Flag(help: "Behave as an API server without controllers: nothing becomes ready, namespaces stay Terminating.")
    var bare = false

    func validate() throws {
        guard address != nil else { throw ValidationError("--listen is HOST:PORT, such as 127.0.0.1:6443.") }
    }

    func run() async throws {
        guard let address else { return }
        var configuration = ClusterConfiguration(name: name, minorVersion: kubernetesMinor)
        if bare { configuration.behaviour = .bare }
        let cluster = SimulatedCluster(configuration)
        if let crds { try ManifestFolder.install(crds, in: cluster) }
        var logger = Logger(label: "otomi-simulator") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let name = name
        let kubeconfigOut = kubeconfigOut
        let server = SimulatorServer(cluster, host: address.host, port: address.port, logger: logger) { url in
            Self.announce(url, name: name, kubeconfigOut: kubeconfigOut)
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    private var address: (host: String, port: Int)? {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
            (0...65535).contains(port), colon != listen.startIndex
        else { return nil }
        return (String(listen[..<colon]), port)
    }

    private static func announce(_ url: String, name: String, kubeconfigOut: String?) {
        if let kubeconfigOut {
            let text = Kubeconfig([Kubeconfig.Context(name: name, server: url)]).text
            do { try ManifestFolder.write(Array(text.utf8), to: kubeconfigOut) } catch {
                writeLine("otomi-simulator: \(error)", to: 2)
            }
        }
        writeLine("{\"name\":\"\(name)\",\"url\":\"\(url)\"}", to: 1)
    }

    private static func writeLine(_ text: String, to descriptor: Int32) {
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}
