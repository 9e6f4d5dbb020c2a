import AgentProtocol
import Bundles
import Concurrency
import JSON

@testable import ClusterAgent

/// A hub in memory that signs like a real one, and can be told to misbehave.
actor ScriptedHub: HubConnection {
    struct Layer {
        var name: String
        var wave = 10
        var objects: [JSONValue]
        var isSealed = false
    }

    static let token = "one-time"

    let cluster = ClusterBinding(name: "demo", id: "cluster-1")
    private let signer: MetadataSigner
    private let root: [UInt8]
    private let news = Signal()
    private let reported = Signal()
    private var sealingKey: SealingPublicKey?
    private var bundle: Bundle?
    private var published: [Layer] = []
    private var timestampVersion: Int64 = 0
    private var timestamp: [UInt8]?
    private var files: [MetadataFileName: [UInt8]] = [:]
    private var layers: [Digest: [UInt8]] = [:]
    private(set) var reports: [Report] = []
    private(set) var enrolments = 0
    private(set) var fetchedLayers: [Digest] = []
    private(set) var polls = 0
    private var unreachable = 0
    private var isAway = false
    /// Answered to whatever is asked for, whichever version the agent has.
    private var forced: [UInt8]?

    init() throws {
        signer = MetadataSigner(.generated())
        root = try signer.initialRoot(now: UnixTime.now().seconds)
    }

    // MARK: - The script

    /// Publishes the bundle that follows the last one.
    @discardableResult
    func publish(
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

    /// Publishes the last layers again with the consent to delete what is pending.
    @discardableResult
    func confirm(_ pending: PendingDeletions?, generation: Int64? = nil) throws -> Bundle {
        guard let pending else { throw HubError(.malformed, "nothing is pending") }
        let confirmation = Directives.Confirmation(
            generation: generation ?? pending.generation,
            deletions: pending.digest
        )
        return try publish(published, directives: Directives(confirmation: confirmation))
    }

    /// Publishes a bundle without any statement about what was removed.
    func publishForgetfully(_ layers: [Layer]) throws {
        let next = Bundle(
            cluster: cluster,
            generation: (bundle?.generation ?? 0) + 1,
            revision: (bundle?.revision ?? 0) + 1,
            layers: try layers.map(reference),
            removed: []
        )
        try publish(next)
    }

    @discardableResult
    private func publish(_ next: Bundle) throws -> Bundle {
        timestampVersion += 1
        let signed = try signer.sign(next, timestampVersion: timestampVersion, now: UnixTime.now().seconds)
        files[.snapshot(version: next.generation)] = signed.snapshot
        files[.targets(version: next.generation)] = signed.targets
        timestamp = signed.timestamp
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
    func tamper(_ bundle: Bundle, _ change: (inout [UInt8]) -> Void) {
        for layer in bundle.layers {
            guard var bytes = layers[layer.digest] else { continue }
            change(&bytes)
            layers[layer.digest] = bytes
        }
    }

    func tamper(_ file: MetadataFileName, _ change: (inout [UInt8]) -> Void) {
        if var bytes = files[file] {
            change(&bytes)
            files[file] = bytes
        }
    }

    /// The timestamp as it is served now.
    var servedTimestamp: [UInt8]? { timestamp }

    /// Serves `bytes` as the timestamp, whatever the agent has.
    func force(timestamp bytes: [UInt8]?) {
        forced = bytes
        news.notify()
    }

    func beUnreachable(times: Int) { unreachable = times }

    /// Answers nothing at all, or answers again.
    func setAway(_ away: Bool) { isAway = away }

    private func checkReach() throws(HubError) {
        if isAway { throw HubError(.unreachable, "the hub was not reached") }
    }

    /// The first report, from now or before, for which `matches` holds; fails after 20 seconds.
    nonisolated func report(where matches: @escaping @Sendable (Report) -> Bool) async throws -> Report {
        try await withDeadline(.seconds(20)) { [self] in
            var index = 0
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
    nonisolated func held(_ generation: Int64) async throws -> Report {
        try await report { $0.generation == generation && $0.state == .held }
    }

    /// The report that says that `generation` is applied and nothing is amiss.
    nonisolated func inSync(_ generation: Int64) async throws -> Report {
        try await report { $0.generation == generation && $0.state == .inSync }
    }

    // MARK: - HubConnection

    func enrol(_ request: EnrolRequest) async throws(HubError) -> EnrolResponse {
        enrolments += 1
        if unreachable > 0 {
            unreachable -= 1
            throw HubError(.unreachable, "the hub was not reached")
        }
        guard request.token == Self.token else { throw HubError(.refused, "the hub refuses: the token is unknown") }
        sealingKey = request.sealingKey
        guard let root = try? JSONValue(parsing: root) else { throw HubError(.malformed, "no root") }
        return EnrolResponse(cluster: cluster, keyID: "key-1", root: root, hubTime: UnixTime.now().seconds)
    }

    func timestamp(after version: Int64?, wait: Duration) async throws(HubError) -> [UInt8]? {
        polls += 1
        try checkReach()
        while true {
            let seen = news.version
            if let forced { return forced }
            if let timestamp, timestampVersion > version ?? 0 { return timestamp }
            guard wait > .zero else { return nil }
            _ = await news.wait(after: seen)
            guard !Task.isCancelled else { throw HubError(.cancelled, "cancelled") }
        }
    }

    func metadata(_ file: MetadataFileName, limit: Int) async throws(HubError) -> [UInt8]? { files[file] }

    func layer(_ digest: Digest, length: Int) async throws(HubError) -> [UInt8] {
        fetchedLayers.append(digest)
        guard let bytes = layers[digest] else { throw HubError(.refused, "no such layer") }
        return bytes
    }

    func report(_ report: Report) async throws(HubError) {
        try checkReach()
        reports.append(report)
        reported.notify()
    }
}
