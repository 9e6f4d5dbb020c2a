/// What the command line of `otomi-agent` says.
///
/// A small reader instead of a library, because the agent is to stay small.
package struct AgentArguments: Hashable, Sendable {
    package enum Command: Hashable, Sendable {
        case run
        case diagnose
        case version
        case help
    }

    /// A command line that cannot be understood.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package var command: Command
    package var hub: String?
    package var token: String?
    package var stateDirectory: String?
    /// A file with the certificates to trust for the hub, PEM; `nil` trusts the system's.
    package var hubAuthorities: String?
    package var kubeconfig: String?
    package var context: String?
    package var logLevel = "info"
    package var logFormat: String?

    private static let options: Set<String> = [
        "--hub", "--token", "--token-file", "--state-dir", "--kubeconfig", "--context", "--log-level", "--log-format",
        "--hub-ca",
    ]

    /// Reads the words after the program's name; flags win over `environment`, `read` gives the content of a file.
    ///
    /// - Throws: `Fault` naming the word that is not understood or missing.
    package init(
        _ words: [String],
        environment: [String: String] = [:],
        read: (String) -> String?
    ) throws(Fault) {
        var values: [String: String] = [:]
        var commands: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch word {
            case "--version", "-V": commands.append("version")
            case "--help", "-h": commands.append("help")
            case _ where Self.options.contains(parts[0]):
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                    throw Fault(description: "\(parts[0]) needs a value")
                }
                guard values.updateValue(value, forKey: parts[0]) == nil else {
                    throw Fault(description: "\(parts[0]) is given twice")
                }
            case _ where word.hasPrefix("-"): throw Fault(description: "the option \(word) is unknown; see --help")
            default: commands.append(word)
            }
        }
        command = try Self.command(commands)
        hub = values["--hub"] ?? environment["OTOMI_HUB"]
        hubAuthorities = values["--hub-ca"]
        stateDirectory = values["--state-dir"]
        kubeconfig = values["--kubeconfig"]
        context = values["--context"]
        logLevel = values["--log-level"] ?? "info"
        logFormat = values["--log-format"]
        token = values["--token"]
        // A token file that is gone is no fault: only the first run needs one, and says so when it has none.
        if token == nil, let text = values["--token-file"].flatMap(read) {
            token = text.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
        token = token ?? environment["OTOMI_TOKEN"]
        try check()
    }

    private static func command(_ words: [String]) throws(Fault) -> Command {
        if words.contains("help") { return .help }
        guard let word = words.first else {
            throw Fault(description: "a command is missing: run or diagnose; see --help")
        }
        guard words.count == 1 else { throw Fault(description: "'\(words[1])' is one word too many; see --help") }
        switch word {
        case "run": return .run
        case "diagnose": return .diagnose
        case "version": return .version
        default: throw Fault(description: "the command '\(word)' is unknown: run or diagnose; see --help")
        }
    }

    private mutating func check() throws(Fault) {
        guard command == .run || command == .diagnose else { return }
        guard var hub else { throw Fault(description: "--hub URL is missing: the hub's address") }
        guard hub.hasPrefix("http://") || hub.hasPrefix("https://"), hub.split(separator: "/").count >= 2 else {
            throw Fault(description: "--hub '\(hub)' is no URL: it begins with http:// or https://")
        }
        while hub.hasSuffix("/") { hub.removeLast() }
        self.hub = hub
        guard stateDirectory != nil else {
            throw Fault(description: "--state-dir DIR is missing: where the agent keeps its keys and what it trusts")
        }
        if context != nil, kubeconfig == nil { return }
    }

    package static let help = """
        usage: otomi-agent run --hub URL --state-dir DIR [options]
               otomi-agent diagnose --hub URL --state-dir DIR [options]
               otomi-agent --version

        Brings one cluster to what its hub says and keeps it there. 'diagnose' checks hub, API server, permissions,
        clock and trust without changing anything.

          --hub URL            the hub's address (or OTOMI_HUB)
          --hub-ca FILE        certificates to trust for the hub, PEM, instead of the system's
          --state-dir DIR      keys, trusted metadata and cached layers; made when missing, mode 0700
          --token T            the cluster's one-time token, for the first run only (or OTOMI_TOKEN)
          --token-file FILE    the same, from a file, which may be gone once the agent is enrolled
          --kubeconfig FILE    the API server; without it the pod's own, else $KUBECONFIG or ~/.kube/config
          --context NAME       the context in the kubeconfig; its current one otherwise
          --log-level LEVEL    trace, debug, info, notice, warning, error (default: info)
          --log-format FORMAT  json or text (default: text at a terminal, json otherwise)

        """
}
