import HTTPTransport

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

    /// How a diagnosis is printed.
    package enum Output: String, Hashable, Sendable, CaseIterable {
        case text
        case json
    }

    /// A command line that cannot be understood.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package var command: Command
    package var hub: String?
    /// The file with the certificates to trust for the hub; the system's otherwise.
    package var hubAuthorities: String?
    /// The SHA-256 of the hub's public key, when no authority vouches for the hub.
    package var hubPin: String?
    package var token: String?
    package var stateDirectory: String?
    package var kubeconfig: String?
    package var context: String?
    package var logLevel = "info"
    package var logFormat: String?
    package var output = Output.text
    /// Where metrics and probes are served; `nil` for nowhere.
    package var listen: ListenAddress?

    private static let options: Set<String> = [
        "--hub", "--token", "--token-file", "--state-dir", "--kubeconfig", "--context", "--log-level", "--log-format",
        "--listen", "--output", "--hub-ca", "--hub-pin",
    ]

    /// Reads the words after the program's name; flags win over `environment`, `read` gives the content of a file.
    ///
    /// - Throws: `Fault` naming the word that is not understood or missing.
    package init(
        _ words: [String],
        environment: [String: String] = [:],
        read: (String) -> String?
    ) throws(Fault) {
        let (commands, values) = try Self.split(words)
        command = try Self.command(commands)
        hub = values["--hub"] ?? environment["OTOMI_HUB"]
        hubAuthorities = values["--hub-ca"]
        hubPin = values["--hub-pin"] ?? environment["OTOMI_HUB_PIN"].flatMap { $0.isEmpty ? nil : $0 }
        stateDirectory = values["--state-dir"]
        kubeconfig = values["--kubeconfig"]
        context = values["--context"]
        logLevel = values["--log-level"] ?? "info"
        logFormat = values["--log-format"]
        output = try Self.output(values["--output"])
        listen = try Self.listen(values["--listen"], environment)
        token = Self.token(values, read) ?? environment["OTOMI_TOKEN"]
        try check()
    }

    /// Sorts the words into commands and options with their values.
    private static func split(
        _ words: [String]
    ) throws(Fault) -> (commands: [String], values: [String: String]) {
        var values: [String: String] = [:]
        var commands: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch word {
            case "--version", "-V": commands.append("version")
            case "--help", "-h": commands.append("help")
            case _ where options.contains(parts[0]):
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
        return (commands, values)
    }

    /// A token file that is gone is no fault: only the first run needs one, and says so when it has none.
    private static func token(_ values: [String: String], _ read: (String) -> String?) -> String? {
        if let token = values["--token"] { return token }
        return values["--token-file"].flatMap(read)?.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }

    private static func output(_ text: String?) throws(Fault) -> Output {
        guard let text else { return .text }
        guard let output = Output(rawValue: text) else {
            throw Fault(description: "--output '\(text)' is neither text nor json")
        }
        return output
    }

    /// In a pod the kubelet and Prometheus come from outside of it; elsewhere nobody does unless told to.
    private static func listen(_ text: String?, _ environment: [String: String]) throws(Fault) -> ListenAddress? {
        guard let text else {
            guard environment["KUBERNETES_SERVICE_HOST"] != nil else { return nil }
            return ListenAddress(host: "0.0.0.0", port: ListenAddress.standardPort)
        }
        guard text != "off" else { return nil }
        guard let address = ListenAddress(text) else {
            throw Fault(description: "--listen '\(text)' is no ADDRESS:PORT with a numeric address, nor off")
        }
        return address
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
        if let hubPin {
            guard TLSConfiguration.isPin(hubPin) else {
                throw Fault(description: "--hub-pin '\(hubPin)' is no sha256//BASE64 of a public key")
            }
            guard hub.hasPrefix("https://") else {
                throw Fault(description: "--hub-pin goes with an https:// address: '\(hub)' shows no key")
            }
        }
        guard stateDirectory != nil else {
            throw Fault(description: "--state-dir DIR is missing: where the agent keeps its keys and what it trusts")
        }
    }
}
