import Bundles
import Concurrency
import Dispatch
import Glibc
import HTTPTransport
import Kubernetes
import Logging
import Observability

/// The program `otomi-agent`: reads its arguments, runs, and answers with an exit status.
package struct AgentProgram: Sendable {
    /// The version that is reported to the hub.
    package static let version = "0.1.0"

    /// Exit statuses.
    private enum Status {
        static let ok: Int32 = 0
        static let failure: Int32 = 1
        static let usage: Int32 = 2
    }

    private let words: [String]
    private let variables: [String: String]

    /// Takes the words after the program's name, and the environment.
    package init(words: [String], variables: [String: String]) {
        self.words = words
        self.variables = variables
    }

    /// The program of this process.
    package init() {
        self.init(words: Array(CommandLine.arguments.dropFirst()), variables: Self.environment())
    }

    /// Runs to the end and returns the exit status.
    package func run() async -> Int32 {
        let arguments: AgentArguments
        do throws(AgentArguments.Fault) {
            arguments = try AgentArguments(words, environment: variables) { path in
                (try? StateDirectory.contents(of: path)).flatMap(\.self).map { String(decoding: $0, as: UTF8.self) }
            }
        } catch {
            Self.complain("\(error)")
            return Status.usage
        }
        switch arguments.command {
        case .help:
            print(AgentArguments.help, terminator: "")
            return Status.ok
        case .version:
            print("otomi-agent \(Self.version)")
            return Status.ok
        case .run, .diagnose: break
        }
        do {
            let configuration = try configuration(arguments)
            let logger = Self.logger(arguments)
            if arguments.command == .diagnose {
                return await Diagnosis(configuration).print(as: arguments.output) ? Status.ok : Status.failure
            }
            try await serve(configuration, logger)
            return Status.ok
        } catch {
            Self.complain("\(error)")
            return Status.failure
        }
    }

    private func serve(_ configuration: AgentConfiguration, _ logger: Logger) async throws {
        let http = try HTTPClient(
            configuration: HTTPClient.Configuration(
                tls: configuration.hubTLS,
                acceptsCompression: false,
                userAgent: "otomi-agent/\(Self.version)"
            )
        )
        let stop = Signal()
        let sources = Self.onTermination { stop.notify() }
        defer { for source in sources { source.cancel() } }
        let agent = ClusterAgent(configuration, logger: logger) { identity in
            HTTPHubConnection(url: configuration.hub, identity: identity, http: http)
        }
        do { try await agent.run(until: stop) } catch {
            await http.shutDown()
            throw error
        }
        await http.shutDown()
    }

    private func configuration(_ arguments: AgentArguments) throws -> AgentConfiguration {
        var configuration = AgentConfiguration(
            hub: arguments.hub ?? "",
            token: arguments.token,
            stateDirectory: arguments.stateDirectory ?? "",
            cluster: try .found(kubeconfig: arguments.kubeconfig, context: arguments.context, environment: variables),
            version: Self.version
        )
        if let file = arguments.hubAuthorities {
            guard let authorities = try StateDirectory.contents(of: file) else {
                throw AgentArguments.Fault(
                    description: "the certificates of --hub-ca are missing: there is no file \(file)"
                )
            }
            configuration.hubTLS.authoritiesPEM = authorities
        }
        configuration.hubTLS.pin = arguments.hubPin
        configuration.listen = arguments.listen
        return configuration
    }

    // MARK: - The process

    private static func logger(_ arguments: AgentArguments) -> Logger {
        let isTerminal = isatty(2) == 1
        let format = arguments.logFormat.flatMap(LogOutput.Format.init(rawValue:)) ?? (isTerminal ? .text : .json)
        LogOutput.bootstrap(level: Logger.Level(rawValue: arguments.logLevel) ?? .info, format: format)
        return Logger(label: "otomi.agent")
    }

    /// Calls `action` when the process is asked to end.
    private static func onTermination(_ action: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
        [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: action)
            source.resume()
            return source
        }
    }

    private static func complain(_ text: String) {
        let line = text.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: " ")
        let bytes = Array("otomi-agent: \(line)\n".utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }
}
