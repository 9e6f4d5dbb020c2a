import ArgumentParser

/// Which hub is asked, and as whom.
struct HubOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The hub's address; wins over OTOMI_HUB and contexts.", valueName: "url"))
    var hub: String?

    @Option(help: ArgumentHelp("The access token; wins over OTOMI_TOKEN and contexts.", valueName: "token"))
    var token: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp("Certificates to trust, PEM; wins over OTOMI_CA_FILE.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    @Option(
        name: .customLong("hub-pin"),
        help: ArgumentHelp("The SHA-256 of the hub's public key; wins over OTOMI_HUB_PIN.", valueName: "sha256//base64")
    )
    var pin: String?
}
