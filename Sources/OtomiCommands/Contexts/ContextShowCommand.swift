import ArgumentParser
import JSON

/// `otomi context show`.
struct ContextShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows which hub the commands of this shell ask."
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let target = try HubTarget(hub, in: session)
        let json = target.context?.publicJSON ?? .members(["hub": target.url])
        let name = target.context?.name ?? target.url
        try session.show(output.format ?? .table, json: json, names: [name]) {
            let tier = target.context?.tier.map { ", tier \($0)" } ?? ""
            let isNamed = hub.hub != nil || session.variable("OTOMI_HUB") != nil
            let origin =
                isNamed
                ? "--hub or OTOMI_HUB" : session.variable("OTOMI_CONTEXT") != nil ? "OTOMI_CONTEXT" : "the default"
            try session.terminal.line("\(name): \(target.url)\(tier), by \(origin)")
        }
    }
}
