import ArgumentParser
import HubAPI
import JSON

/// `otomi login`.
struct LoginCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Signs in to a hub and keeps the session as a context.",
        discussion: """
            The session is kept in ~/.config/otomi/config.json, which only you can read. The first context is that of all \
            shells; further ones are chosen with otomi context use.
            """
    )

    @Argument(help: ArgumentHelp("The hub's address; otherwise that of the current context.", valueName: "hub"))
    var hub: String?

    @Option(
        name: [.customShort("u"), .customLong("user")],
        help: ArgumentHelp("Your name, to sign in with a password instead of a browser.", valueName: "name")
    )
    var user: String?

    @Option(help: ArgumentHelp("Keep this token; - reads it from standard input.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("The one-time code with which you set your password.", valueName: "code"))
    var code: String?

    @Flag(help: "Open the page in this machine's browser.")
    var browser = false

    @Option(name: .customLong("as"), help: ArgumentHelp("What to call the context.", valueName: "name"))
    var contextName: String?

    @Option(help: ArgumentHelp("The context's tier; in prod every change is confirmed by name.", valueName: "tier"))
    var tier: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp("Certificates to trust, PEM.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    @Option(
        name: .customLong("hub-pin"),
        help: ArgumentHelp("The SHA-256 of the hub's public key.", valueName: "sha256//base64")
    )
    var pin: String?

    func validate() throws {
        guard [user, token, code].compactMap(\.self).count <= 1 else {
            throw ValidationError("Give one of --user, --token and --code.")
        }
        guard !browser || [user, token, code].allSatisfy({ $0 == nil }) else {
            throw ValidationError("--browser goes with none of --user, --token and --code.")
        }
        if let contextName, !HubContext.isName(contextName) {
            throw ValidationError("A context's name has letters, digits and . _ : - only.")
        }
    }

    func run(in session: Session) async throws {
        let file = try session.contextFile()
        let url: String
        var known: HubContext?
        if let hub {
            url = hub
        } else {
            let target = try HubTarget(in: session)
            url = target.url
            known = target.context
        }
        let name = contextName ?? known?.name ?? HubContext.name(of: url)
        let trust = HubTrust(caFile: caFile, pin: pin).filled(from: session.trustVariables).filled(from: known?.trust)
        let letIn = try await method(session).signIn(
            { token in try session.client(url, token, trust) },
            in: session
        )
        let entry = letIn.entry
        try file.change { contents in
            let earlier = contents.context(name)
            contents.put(
                HubContext(
                    name: name,
                    hub: url,
                    token: letIn.secret,
                    person: entry.name,
                    expiresAt: entry.expiresAt,
                    refreshToken: letIn.refreshToken,
                    tier: tier ?? entry.tier ?? (earlier?.hub == url ? earlier?.tier : nil),
                    trust: trust
                )
            )
            // Other shells keep the hub that they are used to.
            if contents.standard == nil { contents.standard = name }
        }
        try show(name, entry, file, in: session)
    }

    /// The way in: what was given; a browser otherwise.
    private func method(_ session: Session) throws -> any LoginMethod {
        if let token {
            let text = token == "-" ? String(decoding: try session.terminal.readAll(1 << 10), as: UTF8.self) : token
            return TokenLogin(token: String(text.prefix { !$0.isWhitespace }))
        }
        if let code { return CodeLogin(code: code) }
        if let user { return PasswordLogin(name: user) }
        return DeviceLogin(opensBrowser: browser)
    }

    private func show(_ name: String, _ entry: SessionEntry, _ file: ContextFile, in session: Session) throws {
        let tier = try file.read().context(name)?.tier.map { " of tier \($0)" } ?? ""
        try session.terminal.line("Signed in as \(entry.name), in the context \(name)\(tier).")
        let current = try session.variable("OTOMI_CONTEXT") ?? file.read().standard
        if current != name {
            session.terminal.note(
                "This shell uses \(current ?? "another"): eval \"$(otomi context use \(name) --shell)\""
            )
        }
        if session.variable("OTOMI_HUB") != nil || session.variable("OTOMI_TOKEN") != nil {
            session.terminal.note("OTOMI_HUB and OTOMI_TOKEN are set and win over contexts.")
        }
    }
}
