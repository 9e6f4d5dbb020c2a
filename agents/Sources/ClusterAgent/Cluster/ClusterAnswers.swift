package import Kubernetes

/// The API server could not be used; nothing is known about single objects.
package struct ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed and what to do next.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// What the API server says of an object after an apply.
package struct LiveObject: Hashable, Sendable {
    package let uid: String
    package let resourceVersion: String
    package let ownedFields: UInt64
    package let health: ObjectHealth
    /// The fields that were other managers' until this apply took them over.
    package let takenOver: [KubernetesError.FieldConflict]
}

/// How an apply ended.
package enum ApplyAnswer: Hashable, Sendable {
    case applied(LiveObject)
    /// It can be applied once something else has happened.
    case waiting(Obstacle, String)
    /// This object was refused; others are not concerned.
    case failed(Obstacle, String)
    /// No answer, or none that says anything about this object.
    case unavailable(String)
}

/// How a deletion ended.
package enum PruneAnswer: Hashable, Sendable {
    /// It is gone or on its way out.
    case gone
    /// It must not be deleted, for this reason.
    case kept(String)
    /// It should be deleted and could not be.
    case failed(String)
}
