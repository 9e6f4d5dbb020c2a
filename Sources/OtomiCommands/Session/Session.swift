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

    /// The hub that the flags name, else the environment.
    ///
    /// - Throws: `CommandFailure` with status `usage` when none is named or the address is malformed.
    func hub(_ options: HubOptions) throws -> HubClient {
        guard let url = options.hub ?? nonEmpty("OTOMI_HUB") else {
            throw CommandFailure(
                .usage,
                "no hub is named. Set OTOMI_HUB or pass --hub, for example http://127.0.0.1:8080"
            )
        }
        do {
            return try connect(
                url,
                options.token ?? nonEmpty("OTOMI_TOKEN"),
                options.caFile ?? nonEmpty("OTOMI_CA_FILE"),
                options.pin ?? nonEmpty("OTOMI_HUB_PIN")
            )
        } catch let error as HubClientError {
            throw CommandFailure(.usage, error.message)
        }
    }

    private func nonEmpty(_ variable: String) -> String? {
        environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }
}
