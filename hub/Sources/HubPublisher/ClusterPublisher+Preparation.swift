import Bundles
import Concurrency
import HubStore
import JSON
import Values

/// From a cluster's state to what is written of it: compilation, sealing, signatures.
extension ClusterPublisher {
    enum Preparation: Sendable {
        case write(PreparedPublication)
        /// There is nothing to write.
        case nothing(Outcome)
    }

    /// Works out what is to be written of a cluster; `previous` is the bundle that is out.
    ///
    /// - Throws: `StoreError`; `BundleError` when it cannot be sealed or signed.
    func prepare(_ state: PublicationState, _ previous: Bundle?, _ pass: Pass) async throws -> Preparation {
        guard let agent = state.cluster.agent else { return .nothing(.unchanged) }
        let compiled = try compiler.compile(cluster: state.cluster.identity, pass.index)
        guard compiled.errors.isEmpty else { return try await prepareBlocked(state, compiled.errors, previous, pass) }
        var draft = try await draft(state, agent.sealingKey, compiled, previous, pass)
        let withheld = draft.withhold(following: previous) { pass.content.admits($0) }
        draft.raise(above: state.floors.generation)
        if let previous, !state.isBelowFloor, previous.saysTheSame(as: draft.bundle),
            try await isOut(pass.content, previous, state.cluster)
        {
            let publication = unchanged(state, draft, withheld)
            return .write(
                PreparedPublication(state: state, publication: publication, bundle: nil, outcome: .unchanged)
            )
        }
        return .write(
            PreparedPublication(
                state: state,
                publication: try publication(state, draft, pass, withheld),
                bundle: draft.bundle,
                outcome: .published
            )
        )
    }

    private func draft(
        _ state: PublicationState,
        _ sealingKey: SealingPublicKey,
        _ compiled: CompiledBundle,
        _ previous: Bundle?,
        _ pass: Pass
    ) async throws -> PublicationDraft {
        guard let digestKey = pass.trust.signers[.targets].first else {
            throw BundleError(.untrustedKey, "this hub has no key of the role targets to sign with")
        }
        func draft(_ sealedLayers: SealedLayers) throws -> PublicationDraft {
            try PublicationDraft(
                of: state.cluster.binding,
                revision: state.cluster.desiredRevision,
                compiled: compiled,
                directives: pass.directives(of: state.cluster),
                previous: previous,
                sealedLayers: sealedLayers,
                sealingKey: sealingKey,
                digestKey: digestKey
            )
        }
        let known = SealedLayers(bytes: state.sealedLayers ?? [])
        let first = try draft(known)
        // What is out, or new, is there. Another ciphertext waits for a signature, or was cleared away since.
        let there = Set((previous?.layers ?? []).map(\.digest)).union(first.newLayers.map(\.digest))
        let others = first.bundle.layers.filter { $0.mediaType == .sealed && !there.contains($0.digest) }.map(\.digest)
        guard !others.isEmpty else { return first }
        let missing = try await store.missingLayers(among: others)
        return missing.isEmpty ? first : try draft(known.dropping(Set(missing)))
    }

    /// What operators tell an agent is published although the cluster's values have faults: an order to stop must arrive.
    private func prepareBlocked(
        _ state: PublicationState,
        _ faults: [Fault],
        _ previous: Bundle?,
        _ pass: Pass
    ) async throws -> Preparation {
        block(state, faults)
        let fault = faults.first.map { "\($0)" } ?? "it has faults"
        try await store.noteFault(fault, of: state.cluster, inputVersion: state.inputVersion)
        let directives = pass.directives(of: state.cluster)
        guard let previous, previous.directives != directives || state.isBelowFloor else { return .nothing(.blocked) }
        let bundle = previous.repeated(with: directives).raised(above: state.floors.generation)
        let publication = try Publication(
            repeating: bundle,
            after: state,
            trust: pass.trust,
            content: pass.content,
            timestampVersion: state.nextTimestampVersion,
            now: clock().seconds,
            audit: pass.audit
        )
        return .write(
            PreparedPublication(state: state, publication: publication, bundle: bundle, outcome: .blocked)
        )
    }

    /// Whether the cluster was given what the teams of its layers have signed.
    private func isOut(_ content: SignedContent, _ bundle: Bundle, _ cluster: ClusterRecord) async throws -> Bool {
        guard content.concerns(bundle.layers) else { return true }
        guard let targets = try await store.targets(of: cluster) else { return false }
        let name = MetadataRole.snapshot.fileName(version: cluster.generation)
        let snapshot = try await store.snapshot(of: cluster).content(SnapshotMetadata.self, name: name)
        return content.isPublished(for: bundle.layers, targets: targets.content, snapshot: snapshot)
    }

    private func publication(
        _ state: PublicationState,
        _ draft: PublicationDraft,
        _ pass: Pass,
        _ withheld: [WithheldLayer]
    ) throws -> Publication {
        let now = clock().seconds
        let version = state.nextTimestampVersion
        let trust = pass.trust
        let metadata = try trust.signer.sign(
            draft.bundle,
            content: pass.content,
            timestampVersion: version,
            now: now,
            audit: pass.audit
        )
        return Publication(
            clusterID: state.cluster.id,
            expectedGeneration: state.cluster.generation,
            expectedTimestampVersion: state.timestampVersion,
            revision: draft.bundle.revision,
            inputVersion: state.inputVersion,
            sealedLayers: draft.sealedLayers.bytes,
            generation: draft.bundle.generation,
            timestampVersion: version,
            timestampExpires: now + trust.lifetimes.timestamp,
            rootVersion: trust.rootMetadata.version,
            layers: draft.newLayers,
            bundleLayers: draft.bundle.layers.map(\.digest),
            withheld: withheld,
            files: metadata.files
        )
    }

    /// Notes that the newest inputs were seen and changed nothing; no agent is woken.
    private func unchanged(
        _ state: PublicationState,
        _ draft: PublicationDraft,
        _ withheld: [WithheldLayer]
    ) -> Publication {
        Publication(
            clusterID: state.cluster.id,
            expectedGeneration: state.cluster.generation,
            expectedTimestampVersion: state.timestampVersion,
            revision: draft.bundle.revision,
            inputVersion: state.inputVersion,
            sealedLayers: draft.sealedLayers.bytes,
            generation: state.cluster.generation,
            timestampVersion: state.timestampVersion,
            timestampExpires: state.timestampExpires ?? 0,
            rootVersion: state.rootVersion,
            layers: withheld.isEmpty ? [] : draft.newLayers,
            bundleLayers: [],
            withheld: withheld,
            files: [:]
        )
    }
}
