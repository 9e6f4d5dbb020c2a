import HubAPI
import JSON

extension Session {
    /// Prints somebody's one-time code and what they do with it.
    func show(
        _ made: PersonWithCode,
        _ headline: String,
        _ client: HubClient,
        _ format: OutputFormat?
    ) throws {
        try show(format ?? .table, json: made.json, names: [made.person.name]) {
            try terminal.line("\(headline) They set their password with:")
            try terminal.line()
            try terminal.line("  otomi login \(client.url) --code \(made.code)")
            try terminal.line()
            try terminal.line("The code works once, until \(made.codeExpiresAt).")
        }
    }
}
