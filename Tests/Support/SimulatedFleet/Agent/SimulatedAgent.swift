import AgentProtocol
import Bundles
import Concurrency
import JSON
import NIOCore
import NIOHTTP1

/// An agent as far as the hub can tell: keys, signatures, the client workflow and reports are the real ones; the cluster
/// behind it is simulated.
package actor SimulatedAgent {
    /// What the hub acknowledged last, as it must still know it at the end.
    package struct Standing: Hashable, Sendable {
        package let cluster: String
        package let clusterID: String
        package let bootID: String
        package let sequence: Int64
        package let generation: Int64
        package let revision: Int64
        /// The digests of the applied bundle's layers, by their names.
        package let layers: [String: String]
        /// Whether the simulated API server holds the objects of these layers and no others, byte for byte.
        package let isExact: Bool
    }

    /// How long one question for news is held open.
    private static let pollSeconds = AgentRoute.maximumWaitSeconds
    static let version = Versions(agent: "simulated", kubernetes: "1.30.0")

    nonisolated package let name: String
    nonisolated let number: Int
    let world: AgentWorld
    let key = SigningKey()
    private let sealing = SealingKeyPair()
    private let source: SocketAddress?
    private var token: String?
    private var keyID: String?
    private(set) var trusted: TrustedState? {
        didSet {
            guard trusted?.targets?.digest != oldValue?.targets?.digest else { return }
            desired = Result { try trusted?.bundle() }
        }
    }
    /// What the trusted targets say.
    private var desired: Result<Bundle?, any Error> = .success(nil)
    private(set) var bootID = SimulatedAgent.newBoot()
    private(set) var faults = AgentFaults.none
    private var connections: [Int: AgentConnection] = [:]
    private let control = Signal()
    private var isInterrupted = false
    /// The layers that came with the last news, until they are taken up.
    private var carried: [Digest: [UInt8]] = [:]

    // The cluster
    private(set) var server = SimulatedAPIServer()
    private(set) var applied: Bundle?
    private(set) var contents: [[SimulatedObject]] = []
    private(set) var refusal: String?
    private var seenGeneration: Int64 = 0
    private var seenTargets: Digest?

    // Reports: SimulatedAgent+Reports.swift
    var sequence: Int64 = 0
    var outgoing: Report?
    var acknowledged: Report?
    var wantedBuckets: [Int] = []

    init(_ name: String, number: Int, token: String, source: SocketAddress?, world: AgentWorld) {
        self.name = name
        self.number = number
        self.token = token
        self.source = source
        self.world = world
    }

    private static func newBoot() -> String {
        (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined()
    }

    // MARK: - From outside

    /// Makes these things wrong from now on, and all others right.
    package func set(_ faults: AgentFaults) {
        self.faults = faults
        if applied != nil { note() }
        interrupt()
    }

    /// Ends the agent's process and starts it again: what is on its disk stays, its boot is another.
    package func restart() {
        bootID = Self.newBoot()
        sequence = 0
        acknowledged = nil
        wantedBuckets = []
        if applied != nil { note() }
        interrupt()
    }

    /// Cuts the agent's connections; it opens them again by itself.
    package func cut() { interrupt() }

    private func interrupt() {
        isInterrupted = true
        closeAll()
        control.notify()
    }

    private func closeAll() {
        for connection in connections.values { connection.close() }
        connections = [:]
    }

    /// How the agent stands; `nil` while the hub has taken no report of a bundle.
    package var standing: Standing? {
        guard let applied, let acknowledged, outgoing == nil else { return nil }
        return Standing(
            cluster: name,
            clusterID: applied.cluster.id,
            bootID: bootID,
            sequence: acknowledged.sequence,
            generation: acknowledged.generation,
            revision: acknowledged.revision,
            layers: Dictionary(uniqueKeysWithValues: applied.layers.map { ($0.name, $0.digest.hex) }),
            isExact: server.holds(contents)
        )
    }

    // MARK: - The loop

    /// Enrols, follows the hub and reports, until the task is cancelled.
    func run() async {
        var backoff = Backoff(base: .milliseconds(250), cap: .seconds(15))
        while !Task.isCancelled {
            do {
                try await step()
                backoff.reset()
            } catch {
                guard !Task.isCancelled else { break }
                if isInterrupted {
                    isInterrupted = false
                    continue
                }
                try? await Task.sleep(for: patience(error) + backoff.next())
            }
        }
        closeAll()
    }

    /// How long the hub asks to wait; what else went wrong is noted.
    private func patience(_ error: any Error) -> Duration {
        switch error {
        case ExchangeFailure.refused(let reply): return .seconds(min(300, max(0, reply.retryAfter ?? 0)))
        case ExchangeFailure.unreachable:
            closeAll()
            return .zero
        case let error as BundleError:
            if !faults.refusesLayers { world.tally.violation("\(name): \(error)") }
            return .zero
        default:
            world.tally.violation("\(name): \(error)")
            return .zero
        }
    }

    private func step() async throws {
        if faults.isSilent {
            _ = await control.wait(after: control.version)
            return
        }
        guard trusted != nil else { return try await enrol() }
        if let report = outgoing { return try await send(report) }
        guard wantedBuckets.isEmpty else { return try await sendObjects() }
        if try await follow() { try await take() }
    }

    // MARK: - Who it is

    private func enrol() async throws {
        guard let token else { return }
        let request = EnrolRequest(
            token: token,
            cluster: EnrolRequest.cluster(ofToken: token),
            clusterUID: "uid-\(name)",
            publicKey: key.publicKey,
            sealingKey: sealing.publicKey,
            bootID: bootID,
            agentVersion: Self.version.agent,
            kubernetesVersion: Self.version.kubernetes
        )
        let reply = try await send(.enrol, body: request.json.serialized())
        let response = try EnrolResponse(json: JSONValue(parsing: reply.body))
        trusted = try TrustedState(trusting: response.root.serialized(), cluster: response.cluster)
        keyID = response.keyID
        self.token = nil
    }

    // MARK: - Following

    /// Asks for news and goes through the client workflow; whether there is a bundle to take up.
    private func follow() async throws -> Bool {
        guard let before = trusted else { return false }
        let poll = AgentRoute.Poll(
            after: before.isComplete ? before.timestamp?.content.version ?? 0 : 0,
            waitSeconds: Self.pollSeconds,
            root: before.root.content.version,
            generation: applied?.generation ?? 0
        )
        let reply = try await send(
            .metadata(.timestamp, poll: poll),
            limit: Parcel.maximumBytes,
            timeout: .seconds(Int64(Self.pollSeconds) + 10),
            accepting: [304, 404]
        )
        guard reply.isSuccess else {
            // Nothing is published yet, or a hub that stops ended the wait: not again at once.
            if reply.status == 404 { try await Task.sleep(for: .milliseconds(.random(in: 500...1_500))) }
            return isBehind
        }
        let isParcel = reply.contentType == Parcel.mediaType
        let parcel = isParcel ? try Parcel(parsing: reply.body) : Parcel(timestamp: reply.body)
        var update = TrustUpdate(before, now: now)
        do {
            try await run(&update, parcel)
            trusted = update.state
        } catch {
            trusted = update.state
            throw error
        }
        try observe()
        carried = parcel.layers
        return isBehind
    }

    private var now: Int64 { UnixTime.now().seconds + faults.clockSkew }

    private var isBehind: Bool {
        guard let trusted, trusted.isComplete, let bundle = try? desired.get() else { return false }
        return bundle.generation != applied?.generation
    }

    private func run(_ update: inout TrustUpdate, _ parcel: Parcel) async throws {
        while case .root(let version, let limit) = update.next {
            guard let bytes = try await file(.root(version: version), limit, parcel), !bytes.isEmpty else { break }
            try update.updateRoot(bytes)
        }
        try update.rootsAreCurrent()
        _ = try update.updateTimestamp(parcel.timestamp)
        while true {
            switch update.next {
            case .snapshot(let version, let limit):
                try update.updateSnapshot(try await required(.snapshot(version: version), limit, parcel))
            case .targets(let version, let limit):
                try update.updateTargets(try await required(.targets(version: version), limit, parcel))
            case .root, .timestamp, .delegated, .done: return
            }
        }
    }

    private func file(_ name: MetadataFileName, _ limit: Int, _ parcel: Parcel) async throws -> [UInt8]? {
        if let bytes = parcel[.metadata(name)], bytes.count <= limit { return bytes }
        let reply = try await send(.metadata(name, poll: nil), limit: limit, accepting: [404])
        return reply.isSuccess ? reply.body : nil
    }

    /// A file that was announced; one that a newer generation has pushed out is looked for from the start again.
    private func required(_ name: MetadataFileName, _ limit: Int, _ parcel: Parcel) async throws -> [UInt8] {
        guard let bytes = try await file(name, limit, parcel) else {
            throw ExchangeFailure.unreachable("the hub announced \(name) and does not have it any more")
        }
        return bytes
    }

    /// No generation is seen twice with different contents, and none after a later one.
    private func observe() throws {
        guard let bundle = try desired.get(), let targets = trusted?.targets else { return }
        if bundle.generation < seenGeneration {
            world.tally.violation("\(name): generation \(bundle.generation) came after \(seenGeneration)")
        } else if bundle.generation == seenGeneration, seenTargets != targets.digest {
            world.tally.violation("\(name): two bundles have the generation \(bundle.generation)")
        }
        seenGeneration = bundle.generation
        seenTargets = targets.digest
    }

    // MARK: - Applying

    /// Fetches and verifies the layers that are missing, and makes the cluster what the bundle says.
    private func take() async throws {
        guard let bundle = try desired.get() else { return }
        guard !faults.refusesLayers else {
            refusal = "the API server refuses the layers"
            note()
            return try await sendAndWait()
        }
        var held: [Digest: [SimulatedObject]] = [:]
        for (layer, objects) in zip(applied?.layers ?? [], contents) { held[layer.digest] = objects }
        var next: [[SimulatedObject]] = []
        for layer in bundle.layers {
            if let objects = held[layer.digest] { next.append(objects) } else { next.append(try await fetch(layer)) }
        }
        carried = [:]
        world.progress.fetched(bundle.revision, agent: number)
        if faults.applyTime > .zero {
            note(.progressing)
            if let outgoing { try await send(outgoing) }
            try await Task.sleep(for: faults.applyTime)
        }
        server.apply(next)
        contents = next
        applied = bundle
        refusal = nil
        world.tally.updated()
        note()
    }

    private func fetch(_ layer: LayerReference) async throws -> [SimulatedObject] {
        let file: [UInt8]
        if let near = carried[layer.digest] {
            file = near
        } else {
            file = try await send(.layer(layer.digest), limit: layer.length, timeout: .seconds(60)).body
        }
        guard file.count == layer.length, Digest(of: file) == layer.digest else {
            throw BundleError(.arbitrary, "the layer '\(layer.name)' is not what was signed")
        }
        var plain = file
        if layer.mediaType == .sealed {
            let context = SealingContext(clusterID: trusted?.cluster?.id ?? "", layer: layer.name)
            plain = try sealing.open(file, context: context)
        }
        return try world.catalogue.objects(of: layer, plain: plain)
    }

    /// With everything refused there is nothing to do but to say so, and to look again later.
    private func sendAndWait() async throws {
        if let outgoing { try await send(outgoing) }
        try await Task.sleep(for: .seconds(5))
    }

    // MARK: - One request

    func send(
        _ route: AgentRoute,
        body: [UInt8]? = nil,
        limit: Int = 1 << 20,
        timeout: TimeAmount = .seconds(30),
        accepting accepted: Set<Int> = []
    ) async throws -> HubReply {
        if faults.delay > .zero { try await Task.sleep(for: faults.delay) }
        var generator = SystemRandomNumberGenerator()
        let fields = try RequestSigner(key: key, keyID: keyID, bootID: bootID).fields(
            for: RequestLine(route),
            body: body ?? [],
            created: now,
            nonce: Nonce.make(using: &generator)
        )
        let replica = Int.random(in: 0..<world.replicas)
        let connection = try await connection(to: replica)
        if faults.droppedPercent > 0, Int.random(in: 0..<100) < faults.droppedPercent {
            // Sent, and gone before the answer: the hub does its work for nobody.
            _ = try? await connection.send(
                method: .init(rawValue: route.method),
                target: route.target,
                fields: fields,
                body: body,
                limit: limit,
                timeout: .milliseconds(1)
            )
            connections[replica] = nil
            throw ExchangeFailure.unreachable("the connection was dropped on purpose")
        }
        let reply: HubReply
        do {
            reply = try await connection.send(
                method: .init(rawValue: route.method),
                target: route.target,
                fields: fields,
                body: body,
                limit: max(limit, 64 << 10),
                timeout: timeout
            )
        } catch {
            world.tally.unanswered(error)
            connections[replica] = nil
            throw error
        }
        let isAccepted = reply.isSuccess || accepted.contains(reply.status)
        world.tally.answered(reply, route.path, accepted: isAccepted)
        guard isAccepted else { throw ExchangeFailure.refused(reply) }
        return reply
    }

    private func connection(to replica: Int) async throws -> AgentConnection {
        if let open = connections[replica], open.isOpen { return open }
        do {
            let opened = try await AgentConnection.open(
                to: world.destination(replica),
                from: source,
                group: world.group
            )
            connections[replica] = opened
            return opened
        } catch {
            world.tally.unanswered(error)
            throw error
        }
    }
}
