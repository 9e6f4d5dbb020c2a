package import JSON

/// An unfinished rollout, as the fleet's status tells of it.
package struct RolloutTurn: Hashable, Sendable {
    package var number: Int64
    package var revision: Int64
    package var state: String
    package var reason: String?
    /// The clusters that it has still to move, by name.
    package var waiting: [String]

    package init(number: Int64, revision: Int64, state: String, reason: String? = nil, waiting: [String] = []) {
        self.number = number
        self.revision = revision
        self.state = state
        self.reason = reason
        self.waiting = waiting
    }

    /// Whether it stands still until a person does something.
    package var waitsForPerson: Bool { state == "halted" || state == "paused" }

    /// In one sentence.
    package var sentence: String {
        let count = waiting.count == 1 ? "1 cluster waits" : "\(waiting.count) clusters wait"
        let why = reason.map { ": \($0)" } ?? ""
        return "Rollout \(number) to revision \(revision) is \(state), \(count)\(why)"
    }
}

extension RolloutTurn: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        number = try json.required("number")
        revision = try json.required("revision")
        state = try json.required("state")
        reason = try json.optional("reason")
        waiting = try json.optional("waiting") ?? []
    }

    package var json: JSONValue {
        .members([
            "number": number, "revision": revision, "state": state, "reason": reason, "waiting": waiting,
        ])
    }
}
