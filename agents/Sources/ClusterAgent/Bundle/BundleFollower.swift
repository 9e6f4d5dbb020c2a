package import AgentProtocol
package import Bundles
package import Concurrency
import JSON
package import Logging

/// Keeps the newest verified bundle: asks the hub, follows the TUF client workflow, fetches the layers that are missing.
package actor BundleFollower {
    /// The name of the state file with everything that was ever trusted.
    static let file = "trust"

    private let hub: any HubConnection
    private let state: StateDirectory
    private let layers: LayerStore
    private let trustChanged: Signal
    private let clock: TrustedClock
    private let logger: Logger
    private var trusted: TrustedState
    /// What was handed out last; its layers are not read again.
    private var desired = DesiredState.empty
    /// The targets metadata behind it; after a stolen key two files may have one version.
    private var desiredTargets: [UInt8]?
    /// Whether something that a team signed, and the snapshot lists, could not be had yet.
    package private(set) var lacksContent: Bool
    /// Why a team's layer was left out of it.
    package private(set) var contentFault: BundleError?

    package init(
        hub: any HubConnection,
        state: StateDirectory,
        layers: LayerStore,
        trusted: TrustedState,
        trustChanged: Signal,
        environment: AgentEnvironment,
        logger: Logger
    ) {
        self.hub = hub
        self.state = state
        self.layers = layers
        self.trusted = trusted
        self.trustChanged = trustChanged
        // Too much is assumed at first: one look at the hub tells what can be had.
        lacksContent = ((try? trusted.bundle())?.layers ?? [])
            .contains { trusted.contentFault(of: $0, now: 0) != nil }
        clock = TrustedClock(environment)
        clock.learn(from: trusted)
        self.logger = logger
    }

    /// When the trusted metadata expires, in seconds since 1970.
    package var expires: Int64 { trusted.expires }

    /// When the trusted metadata expired, in seconds since 1970; `nil` while it has not.
    package var expiry: Int64? { clock.now.seconds < trusted.expires ? nil : trusted.expires }
    /// The furthest entry of the hub's audit log that is known.
    package var auditHead: AuditHead? { trusted.auditHead }

    /// Whether the trusted bundle is not the one that was handed out: its layers could not be had yet.
    package var isUnassembled: Bool { trusted.isComplete && trusted.targets?.bytes != desiredTargets }

    /// Whether what is trusted has not reached the disk yet.
    package private(set) var isUnsettled = false

    /// Whether there is something to fetch, or to bring to the disk, although the hub has no news.
    package var isBehind: Bool { isUnassembled || isUnsettled || (trusted.isComplete && lacksContent) }

    /// The timestamp that is followed; incomplete trust means that an update was broken off, and then the current one is news.
    private var followedVersion: Int64? {
        trusted.isComplete && !lacksContent ? trusted.timestamp?.content.version : nil
    }

    /// Waits for a newer timestamp.
    ///
    /// - Returns: it, and what the hub sends along with it; `nil` when there is none.
    /// - Throws: `HubError` when the hub cannot be asked.
    package func ask(wait: Duration) async throws(HubError) -> Parcel? {
        let root = trusted.root.content.version
        return try await hub.news(after: followedVersion, root: root, generation: desired.generation, wait: wait)
    }

    /// Takes up what a timestamp announces.
    ///
    /// - Throws: `HubError` when the hub does not give it; `BundleError` when what it says is not to be trusted;
    ///   `StateError` when what was verified cannot be written down.
    package func take(_ parcel: Parcel) async throws {
        let isFollowing = followedVersion != nil
        var update = TrustUpdate(trusted, now: clock.now.seconds)
        do {
            try await run(&update, parcel)
        } catch {
            try await keep(update.state)
            throw error
        }
        guard update.state != trusted || !isFollowing else {
            throw HubError(.busy, "the hub repeats a timestamp that is already trusted", retryAfter: .seconds(1))
        }
        try await keep(update.state)
        await layers.carry(parcel.layers)
    }

    /// The steps of the workflow; what the parcel lacks of the files that come next is fetched at once, and verified in its
    /// order.
    ///
    /// A carried file that is not the right one is fetched: it is no worse than none.
    private func run(_ update: inout TrustUpdate, _ parcel: Parcel) async throws {
        let early = await prefetch(update.next, parcel)
        while case .root(let version, let limit) = update.next {
            let name = MetadataFileName.root(version: version)
            if let bytes = parcel[.metadata(name)], bytes.isEmpty { break }
            guard let bytes = try await file(name, limit, early) else { break }
            try update.updateRoot(bytes)
        }
        try update.rootsAreCurrent()
        _ = try update.updateTimestamp(parcel.timestamp)
        while true {
            switch update.next {
            case .snapshot(let version, let limit):
                let name = MetadataFileName.snapshot(version: version)
                if let bytes = parcel.file(name, limit), (try? update.updateSnapshot(bytes)) != nil { continue }
                try update.updateSnapshot(try await required(name, limit, early))
            case .targets(let version, let limit):
                let name = MetadataFileName.targets(version: version)
                if let bytes = parcel.file(name, limit), (try? update.updateTargets(bytes)) != nil { continue }
                try update.updateTargets(try await required(name, limit, early))
            case .root, .timestamp, .delegated, .done:
                return try await fetchContent(&update, parcel)
            }
        }
    }

    /// Fetches what teams have signed.
    ///
    /// What is wrong with one team's leaves out its layer, and nothing else. What the hub does not give is asked for
    /// again; what it gives and nobody signed is not, until there is news.
    private func fetchContent(_ update: inout TrustUpdate, _ parcel: Parcel) async throws {
        var isLacking = false
        for layer in (try? update.state.bundle())?.layers ?? [] {
            do {
                guard let file = try update.contentFile(for: layer) else { continue }
                let name = MetadataFileName.delegated(role: file.role, version: file.version)
                if let bytes = parcel.file(name, file.maximumBytes),
                    (try? update.updateDelegated(file, bytes)) != nil
                {
                    continue
                }
                guard let bytes = try await hub.metadata(name, limit: file.maximumBytes) else {
                    isLacking = true
                    continue
                }
                try update.updateDelegated(file, bytes)
            } catch let error as BundleError {
                logger.warning(
                    "What a team signed is not taken",
                    metadata: ["layer": "\(layer.name)", "error": "\(error)"]
                )
            } catch let error as HubError where error.code != .cancelled {
                logger.debug(
                    "What a team signed is fetched later",
                    metadata: ["layer": "\(layer.name)", "error": "\(error)"]
                )
                isLacking = true
                if error.code == .unreachable { break }
            }
        }
        lacksContent = isLacking
    }

    private typealias Answer = Result<[UInt8]?, HubError>

    private func prefetch(_ step: TrustUpdate.Step, _ parcel: Parcel) async -> [MetadataFileName: Answer] {
        let announced = Self.announcedVersion(parcel.timestamp)
        var names: [MetadataFileName] = []
        if case .root(let version, _) = step { names.append(.root(version: version)) }
        if let announced, announced != trusted.snapshot?.content.version {
            names += [.snapshot(version: announced), .targets(version: announced)]
        }
        names.removeAll { parcel[.metadata($0)] != nil }
        return await withTaskGroup(of: (MetadataFileName, Answer).self) { group in
            for name in names {
                group.addTask { [hub] in
                    do throws(HubError) {
                        return (name, .success(try await hub.metadata(name, limit: MetadataLimits()[name.role])))
                    } catch { return (name, .failure(error)) }
                }
            }
            var answers: [MetadataFileName: Answer] = [:]
            for await (name, answer) in group { answers[name] = answer }
            return answers
        }
    }

    private func file(
        _ name: MetadataFileName,
        _ limit: Int,
        _ early: [MetadataFileName: Answer]
    ) async throws(HubError) -> [UInt8]? {
        if let answer = early[name] { return try answer.get() }
        return try await hub.metadata(name, limit: limit)
    }

    private func required(
        _ name: MetadataFileName,
        _ limit: Int,
        _ early: [MetadataFileName: Answer]
    ) async throws(HubError) -> [UInt8] {
        guard let bytes = try await file(name, limit, early) else {
            throw HubError(.busy, "the hub announced \(name) and does not have it")
        }
        return bytes
    }

    /// The snapshot's version as an unverified timestamp states it: good for a file name, for nothing else.
    private static func announcedVersion(_ timestamp: [UInt8]) -> Int64? {
        guard let file = try? JSONValue(parsing: timestamp, maximumDepth: 16) else { return nil }
        return file["signed"]?["meta"]?["snapshot.json"]?["version"]?.integerValue.flatMap { $0 > 0 ? $0 : nil }
    }

    private func keep(_ verified: TrustedState) async throws {
        guard verified != trusted else { return }
        try await state.write(Self.file, verified.serialized())
        // What a removed key said of the time may be a thief's word, by which every honest root had expired.
        if verified.root.content.version != trusted.root.content.version, verified.timestamp == nil { clock.forget() }
        // Layers were left out for want of what has come.
        if !verified.hasSameContent(as: trusted) { desiredTargets = nil }
        trusted = verified
        isUnsettled = true
        clock.learn(from: verified)
        trustChanged.notify()
    }

    // MARK: - Layers

    /// The trusted bundle with all of its layers verified; `nil` when there is none yet.
    ///
    /// - Throws: `BundleError` when a layer is not what was signed; `HubError` when one cannot be fetched.
    package func assemble() async throws -> DesiredState? {
        guard trusted.isComplete, let bundle = try trusted.bundle() else { return nil }
        guard trusted.targets?.bytes != desiredTargets else { return desired }
        let targets = trusted.targets?.bytes
        let now = clock.now.seconds
        var indexes: [LayerIndex] = []
        var fault: BundleError?
        try await withThrowingTaskGroup(of: LayerIndex.self) { group in
            for reference in bundle.layers {
                let previous = desired.layer(named: reference.name)
                if let previous, previous.reference == reference {
                    indexes.append(previous)
                    continue
                }
                if let refusal = trusted.contentFault(of: reference, now: now) {
                    fault = refusal
                    // The last form that the team signed stays.
                    if let previous { indexes.append(previous) }
                    continue
                }
                group.addTask { [layers] in
                    try LayerIndex(reference, content: try await layers.content(of: reference), reusing: previous)
                }
            }
            for try await index in group { indexes.append(index) }
        }
        desired = DesiredState(
            generation: bundle.generation,
            revision: bundle.revision,
            layers: indexes,
            removedLayers: Set(bundle.removed.map(\.name)),
            directives: bundle.directives
        )
        desiredTargets = targets
        contentFault = fault
        await layers.carry([:])
        return desired
    }

    /// Removes cached layers that the bundle no longer has, and waits until the trust has reached the disk.
    ///
    /// - Throws: `StateError` when the disk does not take it.
    package func settle() async throws {
        try await state.sync()
        isUnsettled = false
        // Before a bundle was put together it is not known here which layers it has.
        guard desired.generation > 0 else { return }
        await layers.retain(desired.layers.map(\.reference.digest))
    }
}

extension Parcel {
    /// A file that is carried, if it is no longer than `limit`.
    fileprivate func file(_ name: MetadataFileName, _ limit: Int) -> [UInt8]? {
        self[.metadata(name)].flatMap { $0.count <= limit ? $0 : nil }
    }
}

extension StateDirectory {
    /// What was trusted before; `nil` before the enrolment.
    ///
    /// - Throws: `StateError` when it is there and cannot be read.
    package func trust() throws(StateError) -> TrustedState? {
        guard let bytes = try read(BundleFollower.file) else { return nil }
        do throws(BundleError) { return try TrustedState(restoring: bytes) } catch {
            throw StateError("read", "\(path)/\(BundleFollower.file)", because: "\(error)")
        }
    }
}
