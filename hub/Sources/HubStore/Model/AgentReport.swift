package import JSON

/// What an agent reported: the fields that the store orders by, and the whole in its wire form.
package struct AgentReport: Hashable, Sendable {
    package let bootID: String
    package let sequence: Int64
    package let generation: Int64
    package let revision: Int64
    package let state: String
    package let body: JSONValue

    package init(
        bootID: String,
        sequence: Int64,
        generation: Int64,
        revision: Int64,
        state: String,
        body: JSONValue
    ) {
        self.bootID = bootID
        self.sequence = sequence
        self.generation = generation
        self.revision = revision
        self.state = state
        self.body = body
    }
}
