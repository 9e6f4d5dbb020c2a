/// What the agent knows of one object that it manages: a small record, kept for each.
package struct ObjectRecord: Hashable, Sendable {
    /// How far the object is.
    package enum State: Hashable, Sendable {
        /// Declared, not applied yet.
        case pending
        case applied
        /// Something else has to happen first: its kind is not served yet, or its namespace is on its way out.
        case waiting(String)
        case failed(String)

        package var message: String? {
            switch self {
            case .pending, .applied: nil
            case .waiting(let message), .failed(let message): message
            }
        }
    }

    package var state: State
    /// What keeps an object from being in place, while its state is `waiting` or `failed`.
    package var obstacle: Obstacle?
    /// The desired bytes that were applied last.
    package var applied: Fingerprint?
    package var apiVersion: String
    package var uid = ""
    package var resourceVersion = ""
    /// The fields the API server says are ours, after our last apply: when they change, somebody took one.
    package var ownedFields: UInt64 = 0
    package var health: ObjectHealth = .unknown
    /// The number of the apply that wrote it, in the order of this process; 0 before.
    package var appliedAt: UInt64 = 0

    package init(apiVersion: String, state: State = .pending) {
        self.apiVersion = apiVersion
        self.state = state
    }
}

/// The health of one object, as it is reported.
package enum ObjectHealth: Hashable, Sendable {
    /// Not looked at yet.
    case unknown
    case ready
    case progressing(String)
    case failed(String)
}
