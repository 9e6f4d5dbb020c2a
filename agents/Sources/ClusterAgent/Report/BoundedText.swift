import AgentProtocol

/// Texts of others (admission webhooks, API servers) cut to a bound before they travel.
package enum BoundedText {
    /// The longest text of one report entry, in bytes.
    package static let entryLimit = 1_024
    /// The longest sum of all texts of one report, in bytes.
    package static let reportLimit = Report.maximumTextBytes

    /// `text`, or its beginning with the digest of the whole when it is longer than `limit` bytes.
    package static func cut(_ text: String, to limit: Int = entryLimit) -> String { Report.cut(text, to: limit) }
}
