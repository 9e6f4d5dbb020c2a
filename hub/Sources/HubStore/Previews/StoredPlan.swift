package import Concurrency
package import JSON

/// A plan that agents are asked to try.
package struct NewPlan: Sendable {
    /// What one agent tries.
    package struct Trial: Sendable {
        package let clusterID: String
        /// The objects, sealed to the agent.
        package let file: [UInt8]
        package let objectCount: Int
        /// How many objects were too many.
        package let omitted: Int

        package init(clusterID: String, file: [UInt8], objectCount: Int, omitted: Int) {
            self.clusterID = clusterID
            self.file = file
            self.objectCount = objectCount
            self.omitted = omitted
        }
    }

    package let id: String
    package let author: String
    /// The plan as people see it; never a secret.
    package let body: JSONValue
    package let trials: [Trial]

    package init(id: String, author: String, body: JSONValue, trials: [Trial]) {
        self.id = id
        self.author = author
        self.body = body
        self.trials = trials
    }
}

/// A plan with what agents have answered so far.
package struct StoredPlan: Sendable {
    package struct Trial: Sendable {
        /// The cluster's name.
        package let cluster: String
        package let omitted: Int
        /// The agent's answer; `nil` while it is waited for.
        package let result: JSONValue?
    }

    package let id: String
    package let author: String
    package let body: JSONValue
    package let expiresAt: UnixTime
    /// By the clusters' names.
    package let trials: [Trial]
}
