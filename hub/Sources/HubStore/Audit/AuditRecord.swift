package import Bundles
package import Concurrency
import JSON
import Postgres
import Values

/// One row of the audit log.
package struct AuditRecord: Hashable, Sendable {
    package let sequence: Int64
    package let at: UnixTime
    package let actorKind: String
    package let actor: String
    package let address: String?
    package let action: String
    package let object: String
    package let detail: String?
    package let outcome: String
    package let before: Digest?
    package let after: Digest?
    /// The hash of the row before.
    package let previous: Digest
    /// The hash that is stored with the row.
    package private(set) var hash: Digest

    /// What the row before the first has.
    static let beginning = Digest(of: Array("otomi audit log".utf8))

    /// The row that follows `head`.
    init(_ entry: AuditEntry, by actor: Actor, at time: UnixTime, after head: AuditHead?) {
        sequence = (head?.sequence ?? 0) + 1
        at = time
        actorKind = actor.principal.kind.rawValue
        self.actor = actor.principal.name
        address = actor.address
        action = entry.action
        object = entry.object
        detail = entry.detail
        outcome = entry.outcome.rawValue
        before = entry.before
        after = entry.after
        previous = head?.hash ?? Self.beginning
        hash = previous
        hash = computedHash
    }

    init(row: PostgresRow) throws {
        sequence = try row.get("sequence")
        at = try row.get("at")
        actorKind = try row.get("actor_kind")
        actor = try row.get("actor")
        address = try row.get("address")
        action = try row.get("action")
        object = try row.get("object")
        detail = try row.get("detail")
        outcome = try row.get("outcome")
        before = try row.get("before", as: [UInt8]?.self).flatMap { Digest(bytes: $0) }
        after = try row.get("after", as: [UInt8]?.self).flatMap { Digest(bytes: $0) }
        previous = try Self.digest(row.get("previous"))
        hash = try Self.digest(row.get("hash"))
    }

    /// What the row's content hashes to now.
    var computedHash: Digest {
        let content = JSONValue.members([
            "sequence": sequence, "at": at.milliseconds, "actorKind": actorKind, "actor": actor, "address": address,
            "action": action, "object": object, "detail": detail, "outcome": outcome, "before": before,
            "after": after, "previous": previous,
        ])
        return Digest(of: content.serialized())
    }

    private static func digest(_ bytes: [UInt8]) throws(StoreError) -> Digest {
        guard let digest = Digest(bytes: bytes) else { throw StoreError(.internal, "an audit row has no hash") }
        return digest
    }

    static let columns: SQL = """
        sequence, at, actor_kind, actor, address, action, object, detail, outcome, before, after, previous, hash
        """

    var insertion: SQL {
        """
        INSERT INTO audit_log (\(Self.columns))
        VALUES (\(sequence), \(at), \(actorKind), \(actor), \(address), \(action), \(object), \(detail), \(outcome),
            \(before?.bytes), \(after?.bytes), \(previous.bytes), \(hash.bytes))
        """
    }
}
