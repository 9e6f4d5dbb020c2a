import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster edit`.
struct ClusterEditCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Changes the labels, provider, region, domain, owner or description of a cluster.",
        discussion: """
            Labels decide what runs on a cluster. What would come and go is shown first; where something would be deleted on \
            the cluster, its name is asked for. An empty text takes domain, owner or description away. The exit code is 4 when \
            somebody else changed the cluster meanwhile; nothing is changed then.
            """
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @Option(
        name: [.customShort("l"), .customLong("label")],
        help: ArgumentHelp("A label to set; may be repeated.", valueName: "key=value")
    )
    var labels: [LabelArgument] = []

    @Option(help: ArgumentHelp("A label to take away; may be repeated.", valueName: "key"))
    var removeLabel: [String] = []

    @Option(help: ArgumentHelp("aws, azure, google, onprem …", valueName: "provider"))
    var provider: String?

    @Option(help: ArgumentHelp("The provider's region.", valueName: "region"))
    var region: String?

    @Option(help: ArgumentHelp("The suffix of the host names of what runs there.", valueName: "domain"))
    var domain: String?

    @Option(help: ArgumentHelp("Who answers for it: a person, a team, an address.", valueName: "text"))
    var owner: String?

    @Option(help: ArgumentHelp("What people should know of it.", valueName: "text"))
    var description: String?

    @Flag(help: "Only show what it would do.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func validate() throws {
        let keys = labels.map(\.key) + removeLabel
        guard Set(keys).count == keys.count else { throw ValidationError("A label is given twice.") }
        guard !edit.isEmpty else { throw ValidationError("Say what to change: --label, --owner, --region …") }
    }

    func run(in session: Session) async throws {
        let client = try dryRun ? session.hub(hub) : await session.hub(hub, toChange: [name], confirmation)
        var trial = edit
        trial.isDryRun = true
        let plan = try await client.edit(cluster: name, trial)
        if dryRun { return try show(plan, in: session, isDone: false) }
        if plan.effects.contains(where: \.isDanger) {
            for effect in plan.effects { session.terminal.note("\(effect.severity): \(effect.text)") }
            try session.confirm(typing: name, "Change cluster \(name)?", yes: yes)
        }
        var change = edit
        change.version = plan.version
        try show(try await client.edit(cluster: name, change), in: session, isDone: true)
    }

    private var edit: ClusterEdit {
        var changes: [String: String?] = [:]
        for label in labels { changes[label.key] = .some(label.value) }
        for key in removeLabel { changes[key] = .some(nil) }
        return ClusterEdit(
            provider: provider,
            region: region,
            labels: changes,
            domain: Self.text(domain),
            owner: Self.text(owner),
            description: Self.text(description)
        )
    }

    private static func text(_ text: String?) -> ClusterEdit.Text? { text.map { $0.isEmpty ? .remove : .set($0) } }

    private func show(_ result: ClusterEditResult, in session: Session, isDone: Bool) throws {
        try session.show(output.format ?? .table, json: result.json, names: [result.cluster.name]) {
            let what =
                !result.isChanged
                ? "stays as it is: it is like that already" : isDone ? "is changed" : "would be changed"
            try session.terminal.line("Cluster \(name) \(what).")
            for effect in result.effects {
                let style: Style = effect.isDanger ? .bad : effect.severity == "warning" ? .busy : .plain
                try session.terminal.line(style.apply(to: effect.text, colour: session.terminal.usesColour))
            }
        }
    }
}
