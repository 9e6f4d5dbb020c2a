package import Concurrency

/// Which entries a list of the audit log shows; `nil` means any.
package struct AuditFilter: Hashable, Sendable {
    package var actor: String?
    package var object: String?
    package var since: UnixTime?

    package init(actor: String? = nil, object: String? = nil, since: UnixTime? = nil) {
        self.actor = actor
        self.object = object
        self.since = since
    }
}
