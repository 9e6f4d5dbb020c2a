package import JSON

/// How clusters are moved from one revision to another.
package struct RolloutStrategy: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// In waves, each behind a gate.
        case gated
        /// All in the same moment; nothing is waited for.
        case atOnce
    }

    /// What is done when a cluster does not become well.
    package enum Failure: String, Hashable, Sendable {
        /// Nothing more is moved until a person decides.
        case halt
        /// Whatever was moved goes back to what it ran before.
        case `return`
    }

    package var kind: Kind
    package var waves: [RolloutWave]
    /// How many clusters may be on their way, or have failed, at once.
    package var maxUnavailable: RolloutAmount
    /// How long a wave is watched, once it is well, before the next begins.
    package var soakSeconds: Int64
    /// How long a cluster may take to become well.
    package var deadlineSeconds: Int64
    /// How long a cluster may be unwell without having failed.
    package var graceSeconds: Int64
    /// When clusters may be moved; none for always.
    package var windows: [RolloutWindow]
    package var onFailure: Failure

    package init(
        kind: Kind = .gated,
        waves: [RolloutWave] = standardWaves,
        maxUnavailable: RolloutAmount = .percentage(25),
        soakSeconds: Int64 = 120,
        deadlineSeconds: Int64 = 900,
        graceSeconds: Int64 = 60,
        windows: [RolloutWindow] = [],
        onFailure: Failure = .halt
    ) {
        self.kind = kind
        self.waves = waves
        self.maxUnavailable = maxUnavailable
        self.soakSeconds = soakSeconds
        self.deadlineSeconds = deadlineSeconds
        self.graceSeconds = graceSeconds
        self.windows = windows
        self.onFailure = onFailure
    }

    package static let standardWaves = [
        RolloutWave(.canary(1)), RolloutWave(.percentage(10)), RolloutWave(.percentage(50)),
        RolloutWave(.percentage(100)),
    ]

    /// What a new hub does: one canary, then 10 %, 50 % and all, two minutes apart.
    package static let standard = RolloutStrategy()

    package static let atOnce = RolloutStrategy(kind: .atOnce, waves: [])

    /// How many waves and windows one may have.
    package static let maximumParts = 50

    /// How long the wave of this number is watched.
    package func soakSeconds(of wave: Int) -> Int64 {
        waves.indices.contains(wave) ? waves[wave].soakSeconds ?? soakSeconds : soakSeconds
    }

    /// Whether clusters may be moved at a moment, in seconds since 1970.
    package func mayMove(at seconds: Int64) -> Bool {
        windows.isEmpty || windows.contains { $0.isOpen(at: seconds) }
    }

    /// In a few words: `1 canary, then 10 %, 50 %, 100 %`.
    package var title: String {
        guard kind == .gated else { return "all at once" }
        guard let first = waves.first else { return "one wave" }
        let rest = waves.dropFirst().map(\.title).joined(separator: ", ")
        return rest.isEmpty ? first.title : "\(first.title), then \(rest)"
    }
}

extension RolloutStrategy: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let text: String = try json.optional("kind") ?? Kind.gated.rawValue
        guard let kind = Kind(rawValue: text) else {
            throw JSONError("'\(text)' is no kind of strategy: use gated or atOnce", at: JSONPointer(["kind"]))
        }
        let failure: String = try json.optional("onFailure") ?? Failure.halt.rawValue
        guard let onFailure = Failure(rawValue: failure) else {
            throw JSONError("'\(failure)' is not known: use halt or return", at: JSONPointer(["onFailure"]))
        }
        let known: Set = [
            "kind", "waves", "maxUnavailable", "soakSeconds", "deadlineSeconds", "graceSeconds", "windows", "onFailure",
        ]
        if let stranger = json.objectValue?.keys.sorted().first(where: { !known.contains($0) }) {
            throw JSONError("is no member of a strategy", at: JSONPointer([stranger]))
        }
        let standard = Self.standard
        self.init(
            kind: kind,
            waves: try json.optional("waves") ?? (kind == .gated ? Self.standardWaves : []),
            maxUnavailable: try json.optional("maxUnavailable") ?? standard.maxUnavailable,
            soakSeconds: try json.optional("soakSeconds") ?? standard.soakSeconds,
            deadlineSeconds: try json.optional("deadlineSeconds") ?? standard.deadlineSeconds,
            graceSeconds: try json.optional("graceSeconds") ?? standard.graceSeconds,
            windows: try json.optional("windows") ?? [],
            onFailure: onFailure
        )
        try Self.check(soakSeconds, "soakSeconds", from: 0)
        try Self.check(deadlineSeconds, "deadlineSeconds", from: 1)
        try Self.check(graceSeconds, "graceSeconds", from: 0)
        for (member, count) in [("waves", waves.count), ("windows", windows.count)] where count > Self.maximumParts {
            throw JSONError("may have at most \(Self.maximumParts) entries", at: JSONPointer([member]))
        }
    }

    package var json: JSONValue {
        guard kind == .gated else { return ["kind": .string(kind.rawValue)] }
        return .members([
            "kind": kind.rawValue, "waves": waves, "maxUnavailable": maxUnavailable, "soakSeconds": soakSeconds,
            "deadlineSeconds": deadlineSeconds, "graceSeconds": graceSeconds,
            "windows": windows.isEmpty ? nil : windows, "onFailure": onFailure.rawValue,
        ])
    }

    static func check(_ seconds: Int64, _ member: String, from least: Int64) throws(JSONError) {
        guard (least...604_800).contains(seconds) else {
            throw JSONError("must be from \(least) to 604800 seconds", at: JSONPointer([member]))
        }
    }
}
