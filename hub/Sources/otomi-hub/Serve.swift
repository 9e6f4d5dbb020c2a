import ArgumentParser
import Glibc
import Installation
import Logging
import Observability

/// `otomi-hub serve`: runs the hub until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the hub.",
        discussion: """
            Without --database-url the hub runs a private PostgreSQL in its data directory. On the first start it writes the \
            administrator's token to DIR/admin-token and the fleet's root of trust to DIR/root.json. Once it listens it \
            prints its URL and writes it to DIR/url.

            On an address that others reach it speaks TLS, with a certificate of --tls-cert or one of its own, whose pin it \
            writes to DIR/pin. Behind a proxy that ends TLS, pass --tls off and --trusted-proxy.
            """
    )

    @Option(help: ArgumentHelp("Where the hub keeps its keys and its private database.", valueName: "dir"))
    var dataDir: String

    @Option(help: ArgumentHelp("The address to listen on; port 0 takes a free one.", valueName: "host:port"))
    var listen: ListenAddress = .init(host: "127.0.0.1", port: 7480)

    @Option(
        help: ArgumentHelp(
            "The address at which agents reach the hub; otherwise that of each request.",
            valueName: "url"
        )
    )
    var publicURL: PublicURL?

    @Option(help: ArgumentHelp("The image that clusters' agents are installed from.", valueName: "image"))
    var agentImage: String = AgentInstallation.defaultImage

    @Option(help: ArgumentHelp("An existing PostgreSQL, 14 or newer: postgres://…", valueName: "url"))
    var databaseURL: String?

    @OptionGroup(title: "Options of agents") var agents: AgentPolicyOptions
    @OptionGroup(title: "Options of the key that seals secrets") var secretsKey: SecretsKeyOptions
    @OptionGroup(title: "Options of sign-on") var signOn: SignOnOptions
    @OptionGroup(title: "Options of the network") var network: NetworkOptions
    @OptionGroup(title: "Options of the Git mirror") var git: GitOptions

    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: Self.level)
    var logLevel: Logger.Level = .info

    @Option(help: "json or text; text at a terminal unless said otherwise.")
    var logFormat: LogOutput.Format?

    @Sendable private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(text)' is no log level; there are \(known).")
        }
        return level
    }

    func run() async throws {
        let format = logFormat ?? (isatty(STDERR_FILENO) == 1 ? .text : .json)
        LogOutput.bootstrap(level: logLevel, format: format)
        do {
            let directory = try DataDirectory(dataDir)
            try await HubProcess(
                directory: directory,
                listen: listen,
                secretsKey: secretsKey,
                network: network,
                databaseURL: databaseURL,
                publicURL: publicURL?.text,
                agentImage: agentImage,
                signOn: signOn,
                agentPolicy: agents.policy,
                git: git
            ).run()
        } catch {
            // One line for the person who started it; the log may go elsewhere.
            StartFailure.write("otomi-hub: \(StartFailure.describe(error, listen: listen))")
            throw ExitCode.failure
        }
    }
}

extension LogOutput.Format: ExpressibleByArgument {}
