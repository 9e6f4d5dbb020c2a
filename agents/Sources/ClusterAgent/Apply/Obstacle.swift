/// Why an object is not in place, in the word by which a report names it.
package enum Obstacle: String, Hashable, Sendable {
    /// The API server refused it.
    case failed = "Failed"
    /// Its kind is not served (yet).
    case notServed = "NotServed"
    /// Others own fields of it, and nothing says that we may take them.
    case conflict = "Conflict"
    /// A field that cannot be changed would have to.
    case immutable = "Immutable"
    /// It is larger than an API server takes.
    case tooLarge = "TooLarge"
    /// Its namespace is on its way out.
    case namespaceTerminating = "NamespaceTerminating"
    /// A webhook that has to be asked does not answer.
    case webhook = "WebhookFailed"
}
