import ArgumentParser
import HubAPI

/// How the agent is to run; what is not given stays as it was at the last installation.
struct InstallationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The agent's image, instead of the hub's.", valueName: "image"))
    var image: String?

    @Option(
        name: .customLong("hub-ca"),
        help: ArgumentHelp("Certificates that the agent trusts for the hub, PEM.", valueName: "file"),
        completion: .file()
    )
    var hubAuthorities: String?

    @Option(help: ArgumentHelp("The proxy on the agent's way to the hub.", valueName: "url"))
    var proxy: String?

    @Option(help: ArgumentHelp("What the agent reaches without the proxy, separated by commas.", valueName: "hosts"))
    var noProxy: String?

    @Option(help: ArgumentHelp("Keep the agent's state on a volume of this size, such as 1Gi.", valueName: "size"))
    var persistence: String?

    @Option(help: ArgumentHelp("How long the token or the address works: 10m, 1h.", valueName: "time"))
    var lifetime: DurationText?

    /// What the hub is asked for.
    ///
    /// - Throws: `CommandFailure` when the file with the certificates cannot be read.
    func request(_ delivery: InstallationRequest.Delivery) throws -> InstallationRequest {
        InstallationRequest(
            delivery: delivery,
            lifetimeSeconds: lifetime?.duration.components.seconds,
            image: image,
            authorities: try hubAuthorities.map {
                String(decoding: try FileReader.read($0, limit: 256 << 10), as: UTF8.self)
            },
            proxy: proxy,
            noProxy: noProxy,
            persistence: persistence
        )
    }
}
