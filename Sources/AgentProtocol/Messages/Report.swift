package import Bundles
package import JSON

/// What an agent says about its cluster: what it runs, and only what is not well.
package struct Report: Hashable, Sendable, JSONRepresentable {
    /// How a cluster or one of its layers is.
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Everything is applied and healthy.
        case inSync
        /// Being applied, or applied and not healthy yet.
        case progressing
        /// Applied, and something is not healthy and does not become so.
        case degraded
        /// Something could not be applied.
        case outOfSync
        /// Applying was stopped for safety and waits for a person.
        case held
        /// Said by a newer agent than this hub knows.
        case unknown
    }

    /// How many entries `notReady` and `drift` may have; the counts say how many there are.
    package static let maximumEntries = 20
    /// How long all texts of one report may be together; the rest is cut off.
    package static let maximumTextBytes = 4096

    /// Random, new at each start of the agent.
    package var bootID: String
    /// Rises with every report of one boot; a hub keeps the highest.
    package var sequence: Int64
    /// For a delta the sequence of the report that it is based on, the last one of this boot that the hub took; `nil` when
    /// this report is whole.
    package var base: Int64?
    /// The generation that is applied; 0 before the first.
    package var generation: Int64
    /// The revision of that generation.
    package var revision: Int64
    package var state: State
    /// Why the newest metadata or layer is not trusted; `nil` when all is.
    package var trustError: TrustFault?
    /// Why nothing is applied although it could be; `nil` when it is.
    package var hold: HoldReport?
    /// Deletions that wait for a person; `nil` when none does.
    package var pendingDeletions: PendingDeletions?
    /// All layers; in a delta those that changed or came.
    package var layers: [LayerReport]
    /// In a delta the layers that are gone.
    package var goneLayers: [String]
    /// The first objects that are not ready.
    package var notReady: [ObjectReport]
    /// The last fields that somebody else changed.
    package var drift: [ObjectReport]
    /// `objects`, `ready`, `notReady`, `drift`, `pruned`, … by name.
    package var counts: [String: Int]
    /// The furthest entry of the hub's audit log that signed metadata told of; `nil` where it told of none.
    package var audit: AuditHead?
    /// What the states of all objects hash to; `nil` where the agent does not say.
    package var objects: BucketHashes?
    /// Buckets whose objects changed since the report that a delta is based on, so that the hub need not ask for them; on
    /// the wire only, they are no part of what is said of the cluster.
    package var buckets: [ObjectsReport.Bucket] = []
    package var versions: Versions
    /// When the agent looked, in milliseconds since 1970.
    package var observedAt: Int64

    package init(
        bootID: String,
        sequence: Int64,
        base: Int64? = nil,
        generation: Int64,
        revision: Int64,
        state: State,
        trustError: TrustFault? = nil,
        hold: HoldReport? = nil,
        pendingDeletions: PendingDeletions? = nil,
        layers: [LayerReport] = [],
        goneLayers: [String] = [],
        notReady: [ObjectReport] = [],
        drift: [ObjectReport] = [],
        counts: [String: Int] = [:],
        audit: AuditHead? = nil,
        objects: BucketHashes? = nil,
        versions: Versions,
        observedAt: Int64
    ) {
        self.bootID = bootID
        self.sequence = sequence
        self.base = base
        self.generation = generation
        self.revision = revision
        self.state = state
        self.trustError = trustError
        self.hold = hold
        self.pendingDeletions = pendingDeletions
        self.layers = layers
        self.goneLayers = goneLayers
        self.notReady = Array(notReady.prefix(Self.maximumEntries))
        self.drift = Array(drift.prefix(Self.maximumEntries))
        self.counts = counts
        self.audit = audit
        self.objects = objects
        self.versions = versions
        self.observedAt = observedAt
    }

    /// Reads the JSON form; texts beyond their bound are cut.
    ///
    /// - Throws: `JSONError` naming the member that is missing, or a list beyond its bound.
    package init(json: JSONValue) throws(JSONError) {
        bootID = try json.required("bootID")
        sequence = try json.required("sequence")
        base = try json.optional("base")
        generation = try json.required("generation")
        revision = try json.required("revision")
        state = try State(rawValue: json.required("state")) ?? .unknown
        trustError = try json.optional("trustError")
        hold = try json.optional("hold")
        pendingDeletions = try json.optional("pendingDeletions")
        layers = try json.required("layers")
        goneLayers = try json.optional("goneLayers") ?? []
        notReady = try json.required("notReady")
        drift = try json.required("drift")
        counts = try json.required("counts")
        audit = try json.optional("audit")
        objects = try json.optional("objects")
        buckets = try ObjectsReport.Bucket.list(json.optional("buckets") ?? [], atMost: BucketHashes.count)
        versions = try json.required("versions")
        observedAt = try json.required("observedAt")
        for (name, entries) in [("notReady", notReady), ("drift", drift)] where entries.count > Self.maximumEntries {
            throw JSONError("more than \(Self.maximumEntries) entries", at: JSONPointer([name]))
        }
        self = bounded()
    }

    package var json: JSONValue {
        .members([
            "bootID": bootID,
            "sequence": sequence,
            "base": base,
            "generation": generation,
            "revision": revision,
            "state": state.rawValue,
            "trustError": trustError,
            "hold": hold,
            "pendingDeletions": pendingDeletions,
            "layers": layers,
            "goneLayers": goneLayers.isEmpty ? nil : goneLayers,
            "notReady": notReady,
            "drift": drift,
            "counts": counts,
            "audit": audit,
            "objects": objects,
            "buckets": buckets.isEmpty ? nil : buckets,
            "versions": versions,
            "observedAt": observedAt,
        ])
    }

    /// Whether `other` says the same, apart from when and in which order; then it need not be sent soon.
    package func saysTheSame(as other: Report) -> Bool {
        var copy = other
        copy.sequence = sequence
        copy.observedAt = observedAt
        return copy == self
    }
}
