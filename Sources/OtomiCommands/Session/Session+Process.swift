import Glibc
import HTTPTransport
import HubAPI

extension Session {
    /// The session of this process: its terminal, its environment, real time and the network.
    package static func process() -> Session {
        let environment = processEnvironment()
        return Session(
            terminal: .process(environment: environment),
            environment: environment,
            time: .system,
            connect: { url, token, authorityFile, pin in
                var tls = TLSConfiguration.system
                if let authorityFile { tls.authoritiesPEM = try FileReader.read(authorityFile, limit: 1 << 20) }
                if let pin {
                    guard TLSConfiguration.isPin(pin) else {
                        throw CommandFailure(
                            .usage,
                            "'\(pin)' is no pin: sha256// and the Base64 of a SHA-256 is expected. Check --hub-pin or OTOMI_HUB_PIN"
                        )
                    }
                    tls.pin = pin
                }
                let client = try HTTPClient(
                    configuration: .init(
                        tls: tls,
                        acceptsCompression: false,
                        userAgent: "otomi/\(OtomiCommand.version)"
                    )
                )
                return try HubClient(url: url, token: token, client: client)
            },
            programs: .process
        )
    }

    private static func processEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        for name in [
            "OTOMI_HUB", "OTOMI_TOKEN", "OTOMI_CA_FILE", "OTOMI_HUB_PIN", "OTOMI_CONTEXT", "HOME", "XDG_CONFIG_HOME",
            "NO_COLOR", "TERM",
        ] {
            if let value = getenv(name) { result[name] = String(cString: value) }
        }
        return result
    }
}
