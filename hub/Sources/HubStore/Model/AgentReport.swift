package import Concurrency
package import JSON

/// What an agent reported: the fields that the store orders by, and the whole in its wire form.
package struct AgentReport: Hashable, Sendable {
    package let bootID: String
    package let sequence: Int64
    /// For a delta the sequence of the report that it is based on.
    package let base: Int64?
    package let generation: Int64
    package let revision: Int64
    package let state: String
    /// When the agent looked; `nil` for now.
    package let observedAt: UnixTime?
    package let body: JSONValue

    package init(
        bootID: String,
        sequence: Int64,
        base: Int64? = nil,
        generation: Int64,
        revision: Int64,
        state: String,
        observedAt: UnixTime? = nil,
        body: JSONValue
    ) {
        self.bootID = bootID
        self.sequence = sequence
        self.base = base
        self.generation = generation
        self.revision = revision
        self.state = state
        self.observedAt = observedAt
        self.body = body
    }
}

/// What became of a report.
package enum ReportOutcome: Hashable, Sendable {
    /// Stored; the whole report that is stored now.
    case taken(JSONValue)
    /// Older than what is stored, or of an earlier boot of the agent.
    case outdated
    /// A delta whose base is not what is stored.
    case needsFull
}
