package import AgentProtocol
package import Bundles
package import ClusterAgent
package import Concurrency
package import JSON

/// A hub in memory that signs like a real one, and can be told to misbehave.
package actor ScriptedHub: HubConnection {
    package struct Layer: Sendable {
        package var name: String
        package var wave: Int
        package var objects: [JSONValue]
        package var isSealed: Bool

        package init(name: String, wave: Int = 10, objects: [JSONValue], isSealed: Bool = false) {
            self.name = name
            self.wave = wave
            self.objects = objects
            self.isSealed = isSealed
        }
    }

    package static let token = "one-time"
    /// The token with which a cluster is installed anew.
    package static let nextToken = "one-more-time"

    package let cluster = ClusterBinding(name: "demo", id: "cluster-1")
    /// The keys that it signs with; their root key never changes.
    var signers: RoleSigners
    /// The newest root.
    var root: RootMetadata
    var rootFile: [UInt8]
    private let news = Signal()
    let reported = Signal()
    var sealingKey: SealingPublicKey?
    var bundle: Bundle?
    var content = SignedContent.none
    var published: [Layer] = []
    private var timestampVersion: Int64 = 0
    /// The version of the timestamp that is served.
    private var servedVersion: Int64 = 0
    private var timestamp: [UInt8]?
    var files: [MetadataFileName: [UInt8]] = [:]
    var layers: [Digest: [UInt8]] = [:]
    /// What agents said of the trials that they were asked to make.
    package internal(set) var trials: [TrialReport] = []
    /// Every report as a whole: deltas are merged onto what they are based on.
    package private(set) var reports: [Report] = []
    /// Every report as it came.
    package private(set) var messages: [Report] = []
    /// The states of all objects, by bucket.
    package private(set) var buckets: [Int: ObjectsReport.Bucket] = [:]
    private var stored: Report?
    package private(set) var enrolments = 0
    package private(set) var fetchedLayers: [Digest] = []
    package private(set) var polls = 0
    private var unreachable = 0
    private var isAway = false
    private var refusesReports = false
    /// The generations whose reports it finds fault with.
    private var faultyGenerations: Set<Int64> = []
    private var patience = 0
    private var knowsNobody = false
    var rotatesKeys = false
    var isExpired = false
    var isApprovalAwaited = false
    var rotationFaults: [RotationFault] = []
    /// How often new keys were offered.
    package internal(set) var rotations = 0
    package internal(set) var offeredKeys: Set<PublicKey> = []
    package internal(set) var renewals: [RenewRequest] = []
    let asked = Signal()
    /// Answered to whatever is asked for, whichever version the agent has.
    private var forced: [UInt8]?
    /// What is done to a parcel before it goes out; without it none does.
    var parcelChange: (@Sendable (Parcel) -> Parcel)?
    /// The files that were asked for, each time.
    package private(set) var fetchedFiles: [MetadataFileName] = []

    let clock: WallClock

    /// A hub that signs by `clock`.
    package init(clock: @escaping WallClock = UnixTime.now) throws {
        self.clock = clock
        signers = .generated()
        rootFile = try MetadataSigner(signers).initialRoot(now: clock().seconds)
        root = try TrustedState(trusting: rootFile, cluster: nil).root.content
    }

    // MARK: - The script

    /// Publishes the bundle that follows the last one.
    @discardableResult
    package func publish(
        _ layers: [Layer],
        for other: ClusterBinding? = nil,
        directives: Directives = .none
    ) throws -> Bundle {
        published = layers
        let references = try layers.map(reference)
        let next = Bundle(
            following: bundle,
            cluster: other ?? cluster,
            revision: (bundle?.revision ?? 0) + 1,
            layers: references,
            directives: directives
        )
        return try publish(next)
    }

    /// Publishes the layers of the last bundle, with `layer` in place of the one of its name, or beside them.
    @discardableResult
    package func publish(replacing layer: Layer) throws -> Bundle {
        try publish(published.filter { $0.name != layer.name } + [layer])
    }

    /// Publishes the last layers again with the consent to delete what is pending.
    @discardableResult
    package func confirm(_ pending: PendingDeletions?, generation: Int64? = nil) throws -> Bundle {
        guard let pending else { throw HubError(.malformed, "nothing is pending") }
        let confirmation = Directives.Confirmation(
            generation: generation ?? pending.generation,
            deletions: pending.digest
        )
        return try publish(published, directives: Directives(confirmation: confirmation))
    }

    /// Publishes a bundle without any statement about what was removed.
    package func publishForgetfully(_ layers: [Layer]) throws {
        let next = Bundle(
            cluster: cluster,
            generation: (bundle?.generation ?? 0) + 1,
            revision: (bundle?.revision ?? 0) + 1,
            layers: try layers.map(reference),
            removed: []
        )
        try publish(next)
    }

    /// What somebody publishes who has stolen the keys that sign every day: any layers, in any generation.
    ///
    /// The hub's own bundle stays what it was. They sign as if it were `now`.
    package func publish(asThief layers: [Layer], generation: Int64, now: Int64? = nil) throws {
        let own = (bundle, timestampVersion)
        let references = try layers.map(reference)
        timestampVersion = generation
        try publish(
            Bundle(cluster: cluster, generation: generation, revision: generation, layers: references, removed: []),
            now: now
        )
        (bundle, timestampVersion) = own
    }

    @discardableResult
    func publish(_ next: Bundle, now: Int64? = nil) throws -> Bundle {
        timestampVersion += 1
        let signed = try MetadataSigner(signers).sign(
            next,
            content: content,
            timestampVersion: timestampVersion,
            now: now ?? clock().seconds
        )
        files[.snapshot(version: next.generation)] = signed.snapshot
        files[.targets(version: next.generation)] = signed.targets
        timestamp = signed.timestamp
        servedVersion = timestampVersion
        bundle = next
        news.notify()
        return next
    }

    private func reference(_ layer: Layer) throws -> LayerReference {
        let file = try LayerFile(layer.objects)
        guard layer.isSealed, let sealingKey else {
            layers[file.digest] = file.bytes
            return LayerReference(name: layer.name, wave: layer.wave, file: file)
        }
        let sealed = try sealingKey.seal(file.bytes, context: SealingContext(clusterID: cluster.id, layer: layer.name))
        layers[Digest(of: sealed)] = sealed
        return LayerReference(name: layer.name, wave: layer.wave, sealed: sealed, objectCount: file.objectCount)
    }

    /// Changes one byte of every layer that is served from now on, or stops doing so.
    package func tamper(_ bundle: Bundle, _ change: (inout [UInt8]) -> Void) {
        for layer in bundle.layers {
            guard var bytes = layers[layer.digest] else { continue }
            change(&bytes)
            layers[layer.digest] = bytes
        }
    }

    package func tamper(_ file: MetadataFileName, _ change: (inout [UInt8]) -> Void) {
        if var bytes = files[file] {
            change(&bytes)
            files[file] = bytes
        }
    }

    /// The timestamp as it is served now.
    package var servedTimestamp: [UInt8]? { timestamp }

    /// Serves `bytes` as the timestamp, whatever the agent has.
    package func force(timestamp bytes: [UInt8]?) {
        forced = bytes
        news.notify()
    }

    /// Refuses every agent until one enrols, as another hub does.
    package func forgetEverybody() { knowsNobody = true }

    package func beUnreachable(times: Int) { unreachable = times }

    /// Answers nothing at all, or answers again.
    package func setAway(_ away: Bool, forReportsOnly: Bool = false) {
        isAway = away && !forReportsOnly
        refusesReports = away && forReportsOnly
    }

    /// Finds fault with every report of a generation.
    package func findFault(withGeneration generation: Int64) { faultyGenerations.insert(generation) }

    /// Answers the next reports with the request to wait seven seconds.
    package func askForPatience(times: Int) { patience = times }

    func checkReach() throws(HubError) {
        if isAway { throw HubError(.unreachable, "the hub was not reached") }
    }

    /// The first report, from now or before, for which `matches` holds; fails after `limit`.
    ///
    /// The first `start` reports do not count.
    @discardableResult
    package nonisolated func report(
        after start: Int = 0,
        within limit: Duration = .seconds(90),
        where matches: @escaping @Sendable (Report) -> Bool
    ) async throws -> Report {
        try await withDeadline(limit) { [self] in
            var index = max(0, start)
            var seen: UInt64 = 0
            while true {
                for report in await reports[index...] {
                    if matches(report) { return report }
                    index += 1
                }
                seen = await reported.wait(after: seen)
                try Task.checkCancellation()
            }
        }
    }

    /// The report that says that deletions wait at `generation`.
    package nonisolated func held(_ generation: Int64) async throws -> Report {
        try await report { $0.generation == generation && $0.state == .held }
    }

    /// The report that says that `generation` is applied and nothing is amiss.
    @discardableResult
    package nonisolated func inSync(_ generation: Int64, within limit: Duration = .seconds(90)) async throws -> Report {
        try await report(within: limit) { $0.generation == generation && $0.state == .inSync }
    }

    // MARK: - HubConnection

    package func enrol(_ request: EnrolRequest) async throws(HubError) -> EnrolResponse {
        enrolments += 1
        if unreachable > 0 {
            unreachable -= 1
            throw HubError(.unreachable, "the hub was not reached")
        }
        guard [Self.token, Self.nextToken].contains(request.token) else {
            throw HubError(.refused, "the hub refuses: the token is unknown")
        }
        knowsNobody = false
        sealingKey = request.sealingKey
        guard let root = try? JSONValue(parsing: rootFile) else { throw HubError(.malformed, "no root") }
        return EnrolResponse(cluster: cluster, keyID: "key-1", root: root, hubTime: clock().seconds)
    }

    package func news(
        after version: Int64?,
        root: Int64?,
        generation: Int64?,
        wait: Duration
    ) async throws(HubError) -> Parcel? {
        polls += 1
        try checkReach()
        if knowsNobody { throw HubError(.refused, "the hub refuses: the signature is not accepted") }
        if isExpired { throw HubError(.keyExpired, "the key is too old") }
        while true {
            let seen = news.version
            if let forced { return Parcel(timestamp: forced) }
            if let timestamp, servedVersion != version ?? 0 || root ?? .max < self.root.version {
                return parcel(timestamp, root: root, generation: generation)
            }
            guard wait > .zero else { return nil }
            _ = await news.wait(after: seen)
            guard !Task.isCancelled else { throw HubError(.cancelled, "cancelled") }
        }
    }

    package func metadata(_ file: MetadataFileName, limit: Int) async throws(HubError) -> [UInt8]? {
        fetchedFiles.append(file)
        return files[file]
    }

    package func layer(_ digest: Digest, length: Int) async throws(HubError) -> [UInt8] {
        fetchedLayers.append(digest)
        guard let bytes = layers[digest] else { throw HubError(.refused, "no such layer") }
        return bytes
    }

    package func report(_ report: Report) async throws(HubError) -> ReportResponse {
        try checkReach()
        if refusesReports { throw HubError(.unreachable, "the hub was not reached") }
        if patience > 0 {
            patience -= 1
            throw HubError(.busy, "too many reports", retryAfter: .seconds(7))
        }
        messages.append(report)
        if faultyGenerations.contains(report.generation) { throw HubError(.faulty, "nobody could store that") }
        guard let whole = report.merged(onto: stored) else { return ReportResponse(accepted: false, needsFull: true) }
        stored = whole
        reports.append(whole)
        return ReportResponse(accepted: true, buckets: keep(report.buckets), rotateKeys: rotatesKeys)
    }

    package func objects(_ report: ObjectsReport) async throws(HubError) -> ReportResponse {
        try checkReach()
        return ReportResponse(accepted: true, buckets: keep(report.buckets))
    }

    /// Stores buckets, and says which others are missing.
    private func keep(_ sent: [ObjectsReport.Bucket]) -> [Int] {
        for bucket in sent { buckets[bucket.number] = bucket }
        reported.notify()
        return missingBuckets.filter { number in !sent.contains { $0.number == number } }
    }

    private var missingBuckets: [Int] { stored?.objects?.differing(from: buckets.mapValues(\.hash)) ?? [] }

    /// Forgets what the last report was, as a hub that was restored from a backup does.
    package func forgetReport() { stored = nil }

    /// Waits until the hub knows the states of all objects as the last report hashes them; fails after 90 seconds.
    package nonisolated func allObjects() async throws -> [ObjectState] {
        try await withDeadline(.seconds(90)) { [self] in
            var seen: UInt64 = 0
            while true {
                if await stored?.objects != nil, await missingBuckets.isEmpty {
                    return await buckets.values.flatMap(\.objects)
                }
                seen = await reported.wait(after: seen)
                try Task.checkCancellation()
            }
        }
    }
}
