import JSON

/// Who may ask the platform's Loki for logs: administrators, and every team for its own.
enum LogUsers {
    /// The Secret that the catalogue's entry `loki` names.
    static let secretName = "loki-gateway-users"
    private static let administrators = "admins"

    /// The users and passwords as the proxy before Loki reads them; `nil` where no Loki is installed, and where these values
    /// were read without secrets.
    static func secret(of teams: [Team], on builder: PlatformBuilder) -> Manifest? {
        guard builder.apps.installsApps, builder.cluster.hasLoki else { return nil }
        let administrator = SecretText(builder.tree["apps"]?["loki"]?["adminPassword"])
        let all = [(administrators, administrator)] + teams.map { ($0.name, $0.spec.password) }
        guard !all.contains(where: { $0.1 == .hidden }) else { return nil }
        let lines = all.compactMap { name, password -> String? in
            guard let text = password.text, accepts(text) else { return nil }
            return "\(name):{PLAIN}\(text)\n"
        }
        return builder.opaqueSecret(
            secretName,
            in: PlatformNamespaces.monitoring,
            type: "Opaque",
            [".htpasswd": lines.joined()]
        )
    }

    /// Whether the file of users can hold a password.
    static func accepts(_ password: String) -> Bool {
        !password.unicodeScalars.contains { $0 == ":" || $0.properties.generalCategory == .control }
    }
}
