package import Bundles
package import JSON
package import Values

/// What is to be written down of one act; who and when the store adds.
package struct AuditEntry: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable {
        case done
        /// It was asked for, and not allowed.
        case refused
    }

    /// The action's stable name.
    package let action: String
    /// What it was done to, such as `Service demo/hello` or `cluster paris`.
    package let object: String
    /// What else helps a reader; never a content.
    package let detail: String?
    package let outcome: Outcome
    /// The hash of the object before; `nil` when there was none, or nothing of it changed.
    package let before: Digest?
    package let after: Digest?
    /// Who did it, where only the act itself finds that out, such as a sign-in; `nil`: whoever the store acts for.
    private(set) var actor: Actor?
    /// The event that tells of it; `nil` takes the one that follows from the action and the object.
    private(set) var told: FleetEvent?

    /// An act that the hub or an agent does: `name` is its stable name.
    package init(
        named name: String,
        _ object: String,
        detail: String? = nil,
        outcome: Outcome = .done,
        before: JSONValue? = nil,
        after: JSONValue? = nil
    ) {
        action = name
        self.object = String(object.prefix(Self.longestText))
        self.detail = detail.map { String($0.prefix(Self.longestText)) }
        self.outcome = outcome
        self.before = before.map(Self.digest)
        self.after = after.map(Self.digest)
    }

    /// An act that the table of permissions knows.
    ///
    /// `before` and `after` are what the database has; of both only the SHA-256 is kept.
    package init(
        _ action: Action,
        _ object: String,
        detail: String? = nil,
        outcome: Outcome = .done,
        before: JSONValue? = nil,
        after: JSONValue? = nil
    ) {
        self.init(named: action.rawValue, object, detail: detail, outcome: outcome, before: before, after: after)
    }

    /// The same entry, of somebody else than the store acts for.
    func by(_ actor: Actor) -> AuditEntry {
        var entry = self
        entry.actor = actor
        return entry
    }

    /// The same entry, with an event that knows more than the entry says.
    package func telling(_ event: FleetEvent) -> AuditEntry {
        var entry = self
        entry.told = event
        return entry
    }

    private static let longestText = 500

    /// Of the JSON with its keys sorted, so that equal contents have equal hashes.
    private static func digest(_ value: JSONValue) -> Digest { Digest(of: value.serialized()) }
}

/// What a transaction writes into the audit log: a store operation that writes has to say.
struct AuditPlan<Value>: Sendable {
    let entries: @Sendable (Value) -> [AuditEntry]

    /// Nothing: what is written follows from what was audited elsewhere, or is an agent's report.
    ///
    /// `reason` says which.
    static func notAudited(_ reason: StaticString) -> AuditPlan { AuditPlan { _ in [] } }

    static func entry(_ action: Action, _ object: String, detail: String? = nil) -> AuditPlan {
        let entry = AuditEntry(action, object, detail: detail)
        return AuditPlan { _ in [entry] }
    }

    static func entry(named name: String, _ object: String, detail: String? = nil) -> AuditPlan {
        let entry = AuditEntry(named: name, object, detail: detail)
        return AuditPlan { _ in [entry] }
    }

    /// What depends on what was done.
    static func entries(_ entries: @escaping @Sendable (Value) -> [AuditEntry]) -> AuditPlan {
        AuditPlan(entries: entries)
    }
}
