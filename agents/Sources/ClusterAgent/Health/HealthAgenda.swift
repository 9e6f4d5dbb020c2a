package import Concurrency
package import Kubernetes

/// Which objects are not ready, since when, and when each is looked at again.
///
/// Pure. An object that is ready is not in it and costs nothing: only an event of a watch brings it back.
package struct HealthAgenda: Hashable, Sendable {
    /// The longest time between two looks at an object that nothing happens to.
    package static let longestPause = Duration.seconds(300)
    /// How long an object must not be ready before its cause is looked for; most become ready before.
    package static let causeDelay = Duration.seconds(5)
    /// How many causes may be looked for in a minute.
    package static let causesPerMinute = 60

    private struct Entry: Hashable, Sendable {
        /// Since when it has been on its way without progress.
        var since: UnixTime
        /// When it is looked at next; `nil` while somebody looks.
        var due: UnixTime?
        var lastLook: UnixTime?
        /// How many looks in a row found it not ready.
        var looks = 0
        /// The apply whose progress is measured.
        var appliedAt: UInt64 = 0
        var height: Int64 = 0
        var cause: String?
    }

    private var entries: [ObjectKey: Entry] = [:]
    private var causeWindow = UnixTime(milliseconds: 0)
    private var causesInWindow = 0

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    package var count: Int { entries.count }

    /// When the next object is due; `nil` when none is.
    package var next: UnixTime? { entries.values.compactMap(\.due).min() }

    /// Takes up that something happened to `key`: it is looked at soon, a busy object at most every few seconds.
    package mutating func touch(_ key: ObjectKey, at now: UnixTime) {
        guard var entry = entries[key] else {
            entries[key] = Entry(since: now, due: now)
            return
        }
        let gap = Duration.seconds(min(entry.looks, 5))
        let soon = entry.lastLook.map { max(now, $0 + gap) } ?? now
        entry.due = entry.due.map { min($0, soon) } ?? soon
        entries[key] = entry
    }

    package mutating func forget(_ key: ObjectKey) {
        entries[key] = nil
    }

    /// Hands out at most `limit` objects to look at, those that have waited longest first.
    package mutating func take(_ limit: Int, at now: UnixTime) -> [ObjectKey] {
        let due = entries.compactMap { key, entry in
            entry.due.flatMap { $0 <= now ? (time: $0, key: key) : nil }
        }
        let taken = due.sorted { ($0.time, $0.key) < ($1.time, $1.key) }.prefix(limit).map(\.key)
        for key in taken {
            entries[key]?.due = nil
            entries[key]?.lastLook = now
        }
        return taken
    }

    /// Whether the cause of `key` may be looked for now; saying so counts.
    package mutating func mayLookForCause(of key: ObjectKey, at now: UnixTime) -> Bool {
        guard let entry = entries[key], now - entry.since >= Self.causeDelay || entry.cause != nil else { return false }
        if now - causeWindow >= .seconds(60) || now < causeWindow { (causeWindow, causesInWindow) = (now, 0) }
        guard causesInWindow < Self.causesPerMinute else { return false }
        causesInWindow += 1
        return true
    }

    /// Enters that an object could not be looked at.
    package mutating func postpone(_ key: ObjectKey, at now: UnixTime) {
        guard var entry = entries[key] else { return }
        entry.looks += 1
        entry.due = min(entry.due ?? .distantFuture, now + Self.pause(after: entry.looks))
        entries[key] = entry
    }

    /// Enters what a look showed.
    ///
    /// - Returns: the health that counts, with the cause and the deadline taken into account.
    package mutating func enter(
        _ look: HealthLook,
        of key: ObjectKey,
        appliedAt: UInt64,
        at now: UnixTime
    ) -> ObjectHealth {
        guard look.health != .ready else {
            // What happened during the look may have changed it again.
            if entries[key]?.due == nil { entries[key] = nil }
            return .ready
        }
        var entry = entries[key] ?? Entry(since: now)
        if entry.appliedAt != appliedAt {
            entry = Entry(since: entry.appliedAt == 0 ? entry.since : now, due: entry.due, lastLook: entry.lastLook)
            entry.appliedAt = appliedAt
            entry.height = look.height
        } else if look.height > entry.height {
            (entry.height, entry.since) = (look.height, now)
        }
        switch look.cause {
        case .notLookedFor: break
        case .none: entry.cause = nil
        case .found(let text): entry.cause = BoundedText.cut(text, to: BoundedText.entryLimit / 2)
        }
        entry.looks += 1
        var next = now + Self.pause(after: entry.looks)
        if let limit = look.limit, now - entry.since < limit { next = min(next, entry.since + limit) }
        entry.due = min(entry.due ?? .distantFuture, next)
        entries[key] = entry
        let health = entry.cause.map(look.health.explained) ?? look.health
        return ProgressDeadline.judge(health, since: entry.since, limit: look.limit, now: now)
    }

    /// The pause doubles from a second on.
    private static func pause(after looks: Int) -> Duration {
        looks > 9 ? longestPause : min(.seconds(1 << max(0, looks - 1)), longestPause)
    }
}

extension UnixTime {
    fileprivate static let distantFuture = UnixTime(milliseconds: .max)
}

extension ObjectHealth {
    /// The same verdict with its cause before it.
    func explained(by cause: String) -> ObjectHealth {
        func text(_ own: String) -> String { BoundedText.cut(own.isEmpty ? cause : "\(cause) (\(own))") }
        return switch self {
        case .progressing(let own): .progressing(text(own))
        case .failed(let own): .failed(text(own))
        case .ready, .unknown: self
        }
    }
}
