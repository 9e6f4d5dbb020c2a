import Bundles
package import Concurrency
import Crypto
import HubAPI
package import HubStore
import JSON

/// A delivery as Standard Webhooks signs it.
package enum WebhookMessage {
    /// The event that a test sends.
    package static let testKind = "webhook.test"

    /// The headers of a body that is sent at `time`.
    ///
    /// What is signed is the id, the time in seconds and the body, with dots between.
    package static func headers(
        id: String,
        at time: UnixTime,
        body: [UInt8],
        key: [UInt8]
    ) -> [(name: String, value: String)] {
        let seconds = String(time.seconds)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(id).\(seconds).".utf8) + body,
            using: SymmetricKey(data: key)
        )
        return [
            ("Content-Type", "application/json"), ("webhook-id", id), ("webhook-timestamp", seconds),
            ("webhook-signature", "v1,\(Base64.encode(Array(code)))"),
        ]
    }

    /// What is sent of an event, or of a position that is lost.
    package static func form(
        _ record: EventRecord?,
        at position: EventCursor
    ) -> (kind: String, id: String, body: String) {
        let event = record.map(HubEvent.init) ?? .resync(position)
        // A full stop separates the parts that are signed.
        let id = (record == nil ? "resync_" : "evt_") + String("\(position)".map { $0 == "." ? "-" : $0 })
        return (event.kind, id, event.json.compactText)
    }
}
