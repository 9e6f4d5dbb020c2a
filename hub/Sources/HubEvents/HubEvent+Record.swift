package import HubAPI
package import HubStore
import Concurrency
import JSON

extension HubEvent {
    /// The kind of the event that says that others may have been missed.
    package static let resyncKind = "resync"

    /// The event as the API and webhooks show it.
    package init(_ record: EventRecord) {
        self.init(
            id: "\(record.cursor)",
            time: record.at.rfc3339,
            kind: record.kind,
            subject: record.subject,
            cluster: record.cluster,
            team: record.team,
            revision: record.revision,
            actorKind: record.actorKind,
            actor: record.actor,
            data: record.data
        )
    }

    /// Says that what followed the reader's position is not known any more.
    package static func resync(_ position: EventCursor) -> HubEvent {
        HubEvent(
            id: "\(position)",
            time: position.at.rfc3339,
            kind: resyncKind,
            subject: "events",
            actorKind: "hub",
            actor: "hub",
            data: ["reason": "the position is older than what is kept, or of another database"]
        )
    }
}
