package import HubAPI

/// All that a command may touch: the terminal, the environment, the clocks, and a way to the hub.
package struct Session: Sendable {
    /// Makes a client of the hub at an address, trusting the authorities of a file, or a pinned key, when one is named.
    package typealias Connect =
        @Sendable (_ url: String, _ token: String?, _ authorityFile: String?, _ pin: String?) throws -> HubClient

    package var terminal: Terminal
    package var environment: [String: String]
    package var time: TimeSource
    package var connect: Connect
    package var programs: ProgramRunner

    package init(
        terminal: Terminal,
        environment: [String: String],
        time: TimeSource,
        connect: @escaping Connect,
        programs: ProgramRunner = .none
    ) {
        self.terminal = terminal
        self.environment = environment
        self.time = time
        self.connect = connect
        self.programs = programs
    }

    /// The hub that the flags name, else the environment, else the context.
    ///
    /// - Throws: `CommandFailure` with status `usage` when none is named or the address is malformed.
    func hub(_ options: HubOptions) throws -> HubClient { try hub(HubTarget(options, in: self)) }

    func hub(_ target: HubTarget) throws -> HubClient {
        var client = try client(target.url, target.token, target.trust)
        if let context = target.context, context.refreshToken != nil, context.token == target.token {
            let renewal = SessionRenewal(
                file: try contextFile(),
                name: context.name,
                connect: { [self] in try self.client(target.url, $0, target.trust) },
                time: time
            )
            client.renewal = { () async throws(HubClientError) in try await renewal.token() }
        }
        return client
    }

    /// A client of the hub at an address.
    ///
    /// - Throws: `CommandFailure` with status `usage` when the address is malformed.
    func client(_ url: String, _ token: String?, _ trust: HubTrust) throws -> HubClient {
        do { return try connect(url, token, trust.caFile, trust.pin) } catch let error as HubClientError {
            throw CommandFailure(.usage, error.message)
        }
    }

    /// The file with the contexts of whoever runs the command.
    ///
    /// - Throws: `CommandFailure` when the environment names no home.
    func contextFile() throws -> ContextFile {
        guard let file = ContextFile(environment: environment) else {
            throw CommandFailure(.usage, "there is no place for contexts: set HOME or XDG_CONFIG_HOME")
        }
        return file
    }

    /// A variable of the environment; `nil` when it is absent or empty.
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
}
