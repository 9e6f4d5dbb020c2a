/// The hub that a command is for, and where that was said.
struct HubTarget: Sendable {
    let url: String
    let token: String?
    let trust: HubTrust
    /// The context that it comes from, or that is of the same hub.
    let context: HubContext?

    /// The flags win over the environment, and that over the contexts: `OTOMI_CONTEXT`, which is this shell's own choice,
    /// and the one that is chosen for all others.
    ///
    /// - Throws: `CommandFailure` when no hub is named, or a context that there is none of.
    init(_ options: HubOptions, in session: Session) throws {
        let trust = HubTrust(caFile: options.caFile, pin: options.pin)
        try self.init(hub: options.hub, token: options.token, trust: trust, in: session)
    }

    /// What the environment and the contexts name, unless it is given.
    ///
    /// - Throws: `CommandFailure` when no hub is named, or a context that there is none of.
    init(hub: String? = nil, token: String? = nil, trust: HubTrust = HubTrust(), in session: Session) throws {
        let file = ContextFile(environment: session.environment)
        let token = token ?? session.variable("OTOMI_TOKEN")
        let trust = trust.filled(from: session.trustVariables)
        let contents = try file?.read() ?? .init()
        let chosen = session.variable("OTOMI_CONTEXT")
        if let url = hub ?? session.variable("OTOMI_HUB") {
            let same = Self.context(of: url, in: contents, chosen: chosen)
            self.init(url: url, token: token ?? same?.token, trust: trust.filled(from: same?.trust), context: same)
            return
        }
        guard let name = chosen ?? contents.standard else {
            throw CommandFailure(
                .usage,
                "no hub is named. Sign in with otomi login HUB, or set OTOMI_HUB or pass --hub, for example "
                    + "http://127.0.0.1:8080"
            )
        }
        // Never another one instead: that is how the wrong fleet is changed.
        guard let context = contents.context(name) else { throw CommandFailure.unknownContext(name, contents) }
        self.init(
            url: context.hub,
            token: token ?? context.token,
            trust: trust.filled(from: context.trust),
            context: context
        )
    }

    private init(url: String, token: String?, trust: HubTrust, context: HubContext?) {
        self.url = url
        self.token = token
        self.trust = trust
        self.context = context
    }

    /// The context of the hub at `url`: of several the shell's own, or that of all others, or one in production, so that a
    /// change is asked about too often rather than not at all.
    private static func context(
        of url: String,
        in contents: ContextFile.Contents,
        chosen: String?
    ) -> HubContext? {
        let same = contents.contexts.filter { isSame($0.hub, url) }
        return [chosen, contents.standard].compactMap { name in same.first { $0.name == name } }.first
            ?? same.first(where: \.isProd) ?? same.first
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        trimmed(one).lowercased() == trimmed(other).lowercased()
    }

    private static func trimmed(_ url: String) -> Substring {
        var url = url[...]
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}

extension Session {
    /// What the environment says of how the hub proves itself.
    var trustVariables: HubTrust { HubTrust(caFile: variable("OTOMI_CA_FILE"), pin: variable("OTOMI_HUB_PIN")) }
}

extension CommandFailure {
    static func unknownContext(_ name: String, _ contents: ContextFile.Contents) -> CommandFailure {
        let known = contents.contexts.map(\.name).joined(separator: ", ")
        return CommandFailure(
            .usage,
            "there is no context '\(name)'"
                + (known.isEmpty ? ": sign in with otomi login HUB" : "; there are \(known)")
        )
    }
}
