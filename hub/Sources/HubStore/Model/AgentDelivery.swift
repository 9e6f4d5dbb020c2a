package import JSON

/// What an agent says in one message: a report and the buckets that it carries, or buckets that the hub has asked for.
package struct AgentDelivery: Sendable {
    package let clusterID: String
    package let bootID: String
    /// `nil` for buckets alone.
    package let report: AgentReport?
    /// Whole buckets, each number once; they replace what is stored of them.
    package let buckets: [ObjectBucket]
    private let objects: @Sendable (_ objects: JSONValue) -> (any ReportedObjects)?
    private let merge: @Sendable (_ stored: JSONValue) -> JSONValue?

    /// A report.
    ///
    /// - Parameters:
    ///   - report: whole, or a delta.
    ///   - buckets: what it carries; they are stored only with the report.
    ///   - clusterID: the cluster that it is about.
    ///   - merge: makes the whole of the stored report and a delta; `nil` when the one is not based on the other.
    ///   - objects: reads what a report says of `objects`; `nil` when it says nothing of single buckets.
    package init(
        _ report: AgentReport,
        buckets: [ObjectBucket] = [],
        clusterID: String,
        merge: @escaping @Sendable (_ stored: JSONValue) -> JSONValue? = { _ in nil },
        objects: @escaping @Sendable (_ objects: JSONValue) -> (any ReportedObjects)? = { _ in nil }
    ) {
        self.clusterID = clusterID
        bootID = report.bootID
        self.report = report
        self.buckets = buckets
        self.objects = objects
        self.merge = merge
    }

    /// Buckets alone; they are taken while the last report is of the same boot.
    package init(
        _ buckets: [ObjectBucket],
        bootID: String,
        clusterID: String,
        objects: @escaping @Sendable (_ objects: JSONValue) -> (any ReportedObjects)? = { _ in nil }
    ) {
        self.clusterID = clusterID
        self.bootID = bootID
        report = nil
        self.buckets = buckets
        self.objects = objects
        merge = { _ in nil }
    }

    /// Whether the stored report is needed whole.
    var isDelta: Bool { report?.base != nil }

    /// What a whole report says of the cluster's objects; `nil` when it says nothing of single buckets.
    func objects(in report: JSONValue) -> (any ReportedObjects)? { report["objects"].flatMap(objects) }

    /// The buckets that are not stored as `said`, when `stored` was all that was stored before this delivery.
    func differing(_ said: any ReportedObjects, from stored: [Int: UInt64]) -> [Int] {
        said.differing(from: buckets.reduce(into: stored) { $0[$1.number] = $1.hash })
    }

    /// What is to be done where `held` is the last report, which nobody changes meanwhile; `nil` where there is none.
    func decision(on held: HeldReport?) -> DeliveryDecision {
        guard let report else {
            guard let held, held.bootID == bootID, let body = held.body else { return .refuse(.outdated) }
            return .keep(body, sequence: held.sequence)
        }
        // A whole one needs nothing of what is there: the statement that stores it looks whether it is newer.
        guard let base = report.base else { return .store(report, body: report.body) }
        guard let held else { return .refuse(.needsFull) }
        if held.bootID == bootID, held.sequence >= report.sequence { return .refuse(.outdated) }
        if held.earlierBootIDs.contains(bootID) { return .refuse(.outdated) }
        guard held.bootID == bootID, held.sequence == base, let stored = held.body, let body = merge(stored) else {
            return .refuse(.needsFull)
        }
        return .store(report, body: body)
    }
}

/// What a report says of the objects of its cluster, as far as the store has to understand it.
package protocol ReportedObjects: Sendable {
    /// What each bucket hashes to.
    var bucketHashes: [Int: UInt64] { get }

    /// The buckets whose hash is another one in `stored`; a bucket that nobody has spoken of hashes to 0.
    func differing(from stored: [Int: UInt64]) -> [Int]
}

/// What became of a delivery.
package struct DeliveryReceipt: Hashable, Sendable {
    package let outcome: ReportOutcome
    /// The buckets that are not stored as the cluster's last report hashes them; empty unless it was taken.
    package let differing: [Int]
}

/// The last report of a cluster while its row is locked.
struct HeldReport {
    let bootID: String
    let sequence: Int64
    let earlierBootIDs: [String]
    /// Whole where a delta needs it, for buckets alone its `objects`; else `nil`.
    let body: JSONValue?
    /// Whether what is stored of objects is what it hashes.
    let objectsAgree: Bool
}

/// What is to be done with a delivery.
enum DeliveryDecision {
    /// Store the report with this whole `body`, unless a newer one is there, and its buckets.
    case store(AgentReport, body: JSONValue)
    /// Store the buckets; what the last report, of that `sequence`, says of objects.
    case keep(JSONValue, sequence: Int64)
    /// Store nothing.
    case refuse(ReportOutcome)
}
