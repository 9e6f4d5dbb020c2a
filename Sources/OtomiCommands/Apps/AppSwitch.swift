import ArgumentParser
import HubAPI
import JSON
import Platform
import Values

/// What `otomi app enable` and `otomi app disable` have in common: the `enabled` of one App document.
struct AppSwitch: ParsableArguments {
    @Argument(help: "The app's name.")
    var name: String

    @Option(help: ArgumentHelp("Only on this cluster.", valueName: "name"))
    var cluster: String?

    @Option(help: ArgumentHelp("Only on the clusters of this group.", valueName: "name"))
    var group: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is kept with the revision.", valueName: "text"))
    var message: String?

    @Flag(help: "Check on the hub what would change, without changing it.")
    var dryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard cluster == nil || group == nil else { throw ValidationError("Give --cluster or --group, not both.") }
    }

    private var scope: Scope { cluster.map { .cluster($0) } ?? group.map { .group($0) } ?? .platform }

    /// Writes the document at its scope, and says what else comes or stays.
    ///
    /// - Throws: `CommandFailure` for an app that nobody knows, or that is always on.
    func turn(_ isOn: Bool, in session: Session) async throws {
        let entry = Catalogue.embedded[name]
        if entry?.isCore == true, !isOn {
            throw CommandFailure(
                .notAllowed,
                "\(name) is a core app, which is always on. A cluster on which somebody else installs all apps says so "
                    + "in settings: otomi.installsApps: false"
            )
        }
        let client =
            dryRun
            ? try session.hub(hub) : try await session.hub(hub, toChange: [cluster].compactMap(\.self), confirmation)
        let written = try await session.withProgress("looking for app \(name)") { _ in
            try await client.documents(DocumentQuery(kind: .app, name: name))
        }
        guard entry != nil || written.contains(where: { $0.document.spec["chart"] != nil }) else {
            throw CommandFailure.unknownApp(name)
        }
        let id = DocumentID(kind: .app, scope: scope, name: name)
        let before = written.first { $0.document.id == id }
        var spec = before?.document.spec ?? .object([:])
        spec["enabled"] = .bool(isOn)
        let request = CommitRequest(
            message: message ?? "\(isOn ? "Enable" : "Disable") app \(name)",
            base: before?.revision,
            put: [Document(id: id, spec: spec)],
            dryRun: dryRun
        )
        let result = try await session.withProgress("switching \(name) \(isOn ? "on" : "off")") { _ in
            try await client.commit(request)
        }
        if let note = Self.note(name, isOn: isOn, in: .embedded) { session.terminal.note(note) }
        try session.show(result, dryRun: dryRun, format: output.format)
    }

    /// What the switch means for other apps; `nil` when nothing.
    static func note(_ name: String, isOn: Bool, in catalogue: Catalogue) -> String? {
        if isOn {
            let along = catalogue.dependencies(of: name).filter { catalogue[$0]?.isCore == false }
            return along.isEmpty
                ? nil : "\(name) needs \(along.joined(separator: ", ")), which it switches on where they are off."
        }
        let dependents = catalogue.dependents(of: name)
        return dependents.isEmpty
            ? nil : "Needed by \(dependents.joined(separator: ", ")); none of them can be on without it."
    }
}

/// `otomi app enable`.
struct AppEnableCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Switches an app on, and with it what it needs: everywhere, or for a group or cluster."
    )

    @OptionGroup var options: AppSwitch

    func run(in session: Session) async throws { try await options.turn(true, in: session) }
}

/// `otomi app disable`.
struct AppDisableCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Switches an app off: everywhere, or for a group or cluster. Core apps are always on."
    )

    @OptionGroup var options: AppSwitch

    func run(in session: Session) async throws { try await options.turn(false, in: session) }
}
