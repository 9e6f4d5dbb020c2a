package import JSON
package import Values

/// A rollout: where it goes, how, and how far it has come.
package struct RolloutSummary: Hashable, Sendable {
    package var number: Int64
    /// The revision that clusters are moved to.
    package var revision: Int64
    /// `planned`, `running`, `paused`, `halted`, `returning`, `completed`, `returned`, `aborted` or `superseded`.
    package var state: String
    /// Why it stands as it does; `nil` when there is nothing to say.
    package var reason: String?
    /// `commit` or `request`.
    package var cause: String
    /// Which clusters it is about: an empty object is the fleet, else `clusters`, `selector`, or `group` and `selector`.
    package var scope: JSONValue
    package var author: String
    package var message: String
    /// RFC 3339 in UTC, like all times here.
    package var createdAt: String
    package var finishedAt: String?
    package var strategy: RolloutStrategy
    /// The present wave, from 1.
    package var wave: Int
    package var waveCount: Int
    /// `applying` while the wave's clusters are moved, `soaking` while they are watched.
    package var phase: String
    package var phaseSince: String
    package var supersededBy: Int64?
    /// How many clusters nothing differs on; they were moved without waiting.
    package var unaffected: Int
    /// How many clusters stand where: `waiting`, `moved`, `healthy`, `failed`, `deferred`, `returning`, `returned`, `taken`.
    package var counts: [String: Int]

    package init(
        number: Int64,
        revision: Int64,
        state: String,
        reason: String? = nil,
        cause: String = "commit",
        scope: JSONValue = [:],
        author: String = "",
        message: String = "",
        createdAt: String = "",
        finishedAt: String? = nil,
        strategy: RolloutStrategy = .standard,
        wave: Int = 1,
        waveCount: Int = 1,
        phase: String = "applying",
        phaseSince: String = "",
        supersededBy: Int64? = nil,
        unaffected: Int = 0,
        counts: [String: Int] = [:]
    ) {
        self.number = number
        self.revision = revision
        self.state = state
        self.reason = reason
        self.cause = cause
        self.scope = scope
        self.author = author
        self.message = message
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.strategy = strategy
        self.wave = wave
        self.waveCount = waveCount
        self.phase = phase
        self.phaseSince = phaseSince
        self.supersededBy = supersededBy
        self.unaffected = unaffected
        self.counts = counts
    }

    /// How many clusters it touches.
    package var affected: Int { counts.values.reduce(0, +) }

    /// Whether it will move no cluster any more.
    package var isFinished: Bool { ["completed", "returned", "aborted", "superseded"].contains(state) }

    /// What it sets out to do: `1 canary, then 10 %, 50 %, 100 % of 12 affected clusters`.
    package var plan: String {
        if strategy.kind == .atOnce { return "all clusters at once" }
        if state == "planned" { return strategy.title }
        switch affected {
        case 0: return "nothing differs on any cluster"
        case 1: return "1 affected cluster"
        case let count: return "\(strategy.title) of \(count) affected clusters"
        }
    }
}

extension RolloutSummary: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        number = try json.required("number")
        revision = try json.required("revision")
        state = try json.required("state")
        reason = try json.optional("reason")
        cause = try json.optional("cause") ?? "commit"
        scope = try json.optional("scope") ?? [:]
        author = try json.optional("author") ?? ""
        message = try json.optional("message") ?? ""
        createdAt = try json.optional("createdAt") ?? ""
        finishedAt = try json.optional("finishedAt")
        strategy = try json.optional("strategy") ?? .standard
        wave = try json.optional("wave") ?? 1
        waveCount = try json.optional("waves") ?? 1
        phase = try json.optional("phase") ?? "applying"
        phaseSince = try json.optional("phaseSince") ?? ""
        supersededBy = try json.optional("supersededBy")
        unaffected = try json.optional("unaffected") ?? 0
        counts = try json.optional("counts") ?? [:]
    }

    package var json: JSONValue {
        .members([
            "number": number, "revision": revision, "state": state, "reason": reason, "cause": cause, "scope": scope,
            "author": author, "message": message, "createdAt": createdAt, "finishedAt": finishedAt,
            "strategy": strategy, "wave": wave, "waves": waveCount, "phase": phase, "phaseSince": phaseSince,
            "supersededBy": supersededBy, "unaffected": unaffected, "counts": counts,
        ])
    }
}
