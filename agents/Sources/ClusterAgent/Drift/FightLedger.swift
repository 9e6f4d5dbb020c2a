package import Concurrency
package import Kubernetes

/// Which fields somebody else keeps taking back; bounded.
///
/// A field that must be corrected more than `limit` times within `window` is left to the other one: two controllers that
/// overwrite each other load the API server and bring about nothing. After `patience` it is tried once more.
package struct FightLedger: Hashable, Sendable {
    /// How many corrections of one field within `window` are no fight yet.
    package static let limit = 5
    package static let window = Duration.seconds(60)
    /// How long a field is left alone before one more try.
    package static let patience = Duration.seconds(600)
    /// How many fields are remembered with their corrections, and how many fights.
    package static let capacity = 1_000

    /// One field that two fight over; an empty field is the whole object, which the other one deletes.
    package struct Fight: Hashable, Sendable {
        package let manager: String
        package let field: String
        /// How many corrections were undone.
        package var count: Int
        /// Since when the field is left alone, or tried again.
        package var since: UnixTime
        /// Whether it is ours again, until the other one takes it once more.
        package var isOnTrial = false
    }

    private struct Subject: Hashable {
        let key: ObjectKey
        let field: String
        let manager: String
    }

    package private(set) var fights: [ObjectKey: [String: Fight]] = [:]
    private var corrections: [Subject: [UnixTime]] = [:]

    package init() {}

    /// Counts one correction that is due because `manager` took `field`.
    ///
    /// - Returns: the fight that this begins; `nil` when it begins none, or one that is known goes on.
    package mutating func note(_ key: ObjectKey, _ field: String, by manager: String, at now: UnixTime) -> Fight? {
        if var fight = fights[key]?[field] {
            fight.count += 1
            if fight.isOnTrial {
                fight.isOnTrial = false
                fight.since = now
            }
            fights[key]?[field] = fight
            return nil
        }
        let recent = count(key, field, by: manager, at: now)
        guard recent > Self.limit, fights.count < Self.capacity else { return nil }
        corrections[Subject(key: key, field: field, manager: manager)] = nil
        let fight = Fight(manager: manager, field: field, count: recent, since: now)
        fights[key, default: [:]][field] = fight
        return fight
    }

    /// Counts one correction that was made already; no fight begins with it, since the field is ours at this moment, and
    /// leaving it out of the next apply would remove it.
    ///
    /// - Returns: how many there were within `window`.
    @discardableResult
    package mutating func count(_ key: ObjectKey, _ field: String, by manager: String, at now: UnixTime) -> Int {
        let subject = Subject(key: key, field: field, manager: manager)
        let recent = (corrections[subject, default: []].filter { now - $0 < Self.window } + [now]).suffix(
            Self.limit + 1
        )
        corrections[subject] = Array(recent)
        bound(at: now)
        return recent.count
    }

    /// The fields of `key` that are not to be applied.
    package func fieldsLeftAlone(of key: ObjectKey) -> Set<String> {
        Set((fights[key] ?? [:]).values.filter { !$0.isOnTrial && !$0.field.isEmpty }.map(\.field))
    }

    /// Whether `key` as a whole is left alone.
    package func isLeftAlone(_ key: ObjectKey) -> Bool {
        fights[key]?[""].map { !$0.isOnTrial } ?? false
    }

    /// Lets fights go that have ended, and begins the trials that are due.
    ///
    /// - Returns: the objects of which a field is to be tried again.
    package mutating func advance(to now: UnixTime) -> Set<ObjectKey> {
        var tried: Set<ObjectKey> = []
        for (key, fields) in fights {
            for (field, fight) in fields {
                if fight.isOnTrial, now - fight.since >= Self.window {
                    fights[key]?[field] = nil
                } else if !fight.isOnTrial, now - fight.since >= Self.patience {
                    fights[key]?[field]?.isOnTrial = true
                    fights[key]?[field]?.since = now
                    tried.insert(key)
                }
            }
            if fights[key]?.isEmpty == true { fights[key] = nil }
        }
        return tried
    }

    /// How long it is until `advance` has something to do; `nil` when nothing is fought over.
    package func timeToNext(from now: UnixTime) -> Duration? {
        fights.values.lazy.flatMap(\.values).map { fight in
            max(.zero, (fight.isOnTrial ? Self.window : Self.patience) - (now - fight.since))
        }.min()
    }

    /// Forgets what was fought over on `key`: it is another object now, or none.
    package mutating func forget(_ key: ObjectKey) {
        fights[key] = nil
        guard corrections.keys.contains(where: { $0.key == key }) else { return }
        corrections = corrections.filter { $0.key.key != key }
    }

    /// All fights, by object and field.
    package var all: [(key: ObjectKey, fight: Fight)] {
        fights.flatMap { key, fields in fields.values.map { (key, $0) } }
            .sorted { ($0.key, $0.fight.field) < ($1.key, $1.fight.field) }
    }

    /// Drops counts that are over, and all when that is not enough: a fight is counted anew within the next minute.
    private mutating func bound(at now: UnixTime) {
        guard corrections.count > Self.capacity else { return }
        corrections = corrections.filter { $0.value.contains { now - $0 < Self.window } }
        if corrections.count > Self.capacity { corrections = [:] }
    }
}
