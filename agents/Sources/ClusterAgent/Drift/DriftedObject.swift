import Concurrency
import JSON
import Kubernetes

/// An object that is not as we left it, until it is restored or found to be as it should.
struct DriftedObject: Hashable, Sendable {
    enum Cause: String, Hashable, Sendable {
        case changed
        case deleted
        /// Another object has its name.
        case replaced
    }

    /// What a look at the values told.
    enum Finding: Hashable, Sendable {
        case open
        case differs
        /// Somebody else owns fields of ours now, with the values that we want.
        case same
    }

    let cause: Cause
    /// In the order in which drift was noticed.
    let number: UInt64
    let since: UnixTime
    /// The version that was seen; empty for an object that is gone.
    let resourceVersion: String
    /// The managers of the fields, as the watch showed them, until somebody has looked at them.
    var managedFields: JSONValue?
    var finding = Finding.open
    /// Who took what, for people.
    var takers = ""

    /// Whether it is something to tell of.
    var isListed: Bool { finding != .same }

    var message: String { takers.isEmpty ? "was \(cause.rawValue)" : "was \(cause.rawValue): \(takers)" }
}
