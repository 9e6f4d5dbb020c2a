import ArgumentParser
import HubHTTP

/// How the hub meets the network.
struct NetworkOptions: ParsableArguments {
    @Option(
        name: .customLong("tls"),
        help: ArgumentHelp(
            "auto, off or self-signed; auto makes a certificate unless the address is a loopback one.",
            valueName: "mode"
        )
    )
    var mode = TLSMode.auto

    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp(
            "The certificate and its intermediates, PEM; read again when it changes.",
            valueName: "file"
        ),
        completion: .file()
    )
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("The certificate's private key, PEM; read again when it changes.", valueName: "file"),
        completion: .file()
    )
    var key: String?

    @Option(
        name: .customLong("trusted-proxy"),
        help: ArgumentHelp(
            "A proxy whose word on the caller's address counts; may be repeated.",
            valueName: "address or range"
        )
    )
    var proxies: [AddressRange] = []

    @Option(
        help: ArgumentHelp(
            "Where trusted proxies write that address: x-forwarded-for or forwarded.",
            valueName: "field"
        )
    )
    var proxyHeader = TrustedProxies.Field.xForwardedFor

    @Option(help: ArgumentHelp("How many connections there may be.", valueName: "number"))
    var maxConnections = ConnectionLimits().maximum

    @Option(help: ArgumentHelp("How many connections one address may have.", valueName: "number"))
    var maxConnectionsPerAddress = ConnectionLimits().perAddress

    @Option(
        help: ArgumentHelp(
            "How many requests one address may send each second, with a burst of five times as many.",
            valueName: "number"
        )
    )
    var maxRequestsPerAddress = Int(RateLimits().address.perSecond)

    func validate() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together.")
        }
        guard certificate == nil || mode == .auto else {
            throw ValidationError("--tls \(mode.rawValue) does not go with --tls-cert.")
        }
        guard maxConnections > 0, maxConnectionsPerAddress > 0 else {
            throw ValidationError("At least one connection must be allowed.")
        }
        guard (1...1_000_000).contains(maxRequestsPerAddress) else {
            throw ValidationError("--max-requests-per-address is a number from 1 to 1000000.")
        }
    }
}

/// Where the hub's certificate comes from when none is named.
enum TLSMode: String, CaseIterable, ExpressibleByArgument {
    case auto
    case off
    case selfSigned = "self-signed"
}

extension AddressRange: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension TrustedProxies.Field: ExpressibleByArgument {}
