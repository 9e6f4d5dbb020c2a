package import JSON

/// What one cluster's agent found when it tried a plan on its API server without writing anything.
package struct PlanTrial: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// The agent has not answered yet.
        case waiting
        case done
        /// The agent could not try it; the message says why.
        case failed
        /// The agent did not answer in time.
        case expired
    }

    package var cluster: String
    package var state: State
    package var message: String?
    package var objects: [TriedObject]
    /// How many objects were not tried or are not told, because there are too many.
    package var omitted: Int

    package init(
        cluster: String,
        state: State,
        message: String? = nil,
        objects: [TriedObject] = [],
        omitted: Int = 0
    ) {
        self.cluster = cluster
        self.state = state
        self.message = message
        self.objects = objects
        self.omitted = omitted
    }
}

extension PlanTrial: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let word: String = try json.required("state")
        guard let state = State(rawValue: word) else {
            throw JSONError("one of waiting, done, failed, expired is expected", at: JSONPointer(["state"]))
        }
        self.init(
            cluster: try json.required("cluster"),
            state: state,
            message: try json.optional("message"),
            objects: try json.optional("objects") ?? [],
            omitted: try json.optional("omitted") ?? 0
        )
    }

    package var json: JSONValue {
        .members([
            "cluster": cluster, "state": state.rawValue, "message": message,
            "objects": objects.isEmpty ? nil : objects, "omitted": omitted == 0 ? nil : omitted,
        ])
    }
}
