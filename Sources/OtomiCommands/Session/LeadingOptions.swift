/// Options that stand before the subcommand: `otomi --hub URL status` means what `otomi status --hub URL` means.
struct LeadingOptions {
    /// What is left to parse.
    private(set) var arguments: [String]
    /// What the options stand for, as the variables that they win over.
    private(set) var environment: [String: String] = [:]

    private static let variables = [
        "--hub": "OTOMI_HUB", "--token": "OTOMI_TOKEN", "--ca-file": "OTOMI_CA_FILE",
        "--hub-pin": "OTOMI_HUB_PIN", "--context": "OTOMI_CONTEXT",
    ]

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let first = rest.first {
            let parts = first.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let variable = parts.first.flatMap({ Self.variables[String($0)] }) else { break }
            if parts.count == 2 {
                environment[variable] = String(parts[1])
                rest = rest.dropFirst()
            } else if let value = rest.dropFirst().first {
                environment[variable] = value
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        self.arguments = Array(rest)
    }
}
