package import AgentProtocol
import Bundles
package import ClusterAgent
import Concurrency

/// Keys that are replaced: the agent's, and those that the hub signs with.
extension ScriptedHub {
    /// Replaces the keys that sign every day in a new root, and publishes the hub's own bundle again.
    package func replaceOnlineKeys() throws {
        let online = RoleSigners.generated()
        var keys: [MetadataRole: [SigningKey]] = [.root: signers[.root]]
        var listed: [MetadataRole: (keys: [PublicKey], threshold: Int)] = [:]
        for role in [MetadataRole.targets, .snapshot, .timestamp] {
            keys[role] = online[role]
            listed[role] = (online[role].map(\.publicKey), 1)
        }
        signers = RoleSigners(keys)
        root = try root.following(replacing: listed, expires: root.expires)
        rootFile = try MetadataSigner.nextRoot(root, signedBy: signers[.root])
        files[.root(version: root.version)] = rootFile
        if let bundle {
            try publish(
                Bundle(following: bundle, cluster: cluster, revision: bundle.revision, layers: bundle.layers)
            )
        }
    }

    /// What becomes of one replacement of keys.
    package enum RotationFault: Sendable {
        /// The request is lost.
        case lostRequest
        /// The keys are replaced, and the answer is lost.
        case lostAnswer
        /// The hub does not know the old key any more.
        case refused
    }

    /// Asks for new keys with the answers to reports, until it has them.
    package func askForRotation(_ faults: [RotationFault] = []) {
        rotatesKeys = true
        rotationFaults = faults
    }

    /// Takes the key no more, and new ones only once an operator agrees.
    package func expireKey() {
        isExpired = true
        isApprovalAwaited = true
    }

    /// The operator agrees.
    package func approve() { isApprovalAwaited = false }

    /// Waits until an agent has asked to have its expired keys replaced; fails after 90 seconds.
    package nonisolated func renewalAsked() async throws {
        try await withDeadline(.seconds(90)) { [asked] in _ = await asked.wait(after: 0) }
    }

    private func nextRotationFault() -> (before: HubError?, after: HubError?) {
        guard !rotationFaults.isEmpty else { return (nil, nil) }
        switch rotationFaults.removeFirst() {
        case .lostRequest: return (HubError(.unreachable, "the hub was not reached"), nil)
        case .lostAnswer: return (nil, HubError(.unreachable, "the connection broke"))
        case .refused: return (HubError(.refused, "the key does not count any more"), nil)
        }
    }

    // MARK: - HubConnection

    package func rotate(_ request: RotateRequest) async throws(HubError) -> RotateResponse {
        try checkReach()
        rotations += 1
        offeredKeys.insert(request.publicKey)
        let answer = nextRotationFault()
        if let error = answer.before { throw error }
        sealingKey = request.sealingKey
        rotatesKeys = false
        if let error = answer.after { throw error }
        return RotateResponse(keyID: request.publicKey.keyID)
    }

    package func renew(_ request: RenewRequest) async throws(HubError) -> RotateResponse {
        try checkReach()
        renewals.append(request)
        if isApprovalAwaited {
            asked.notify()
            throw HubError(.pending, "an operator must agree")
        }
        isExpired = false
        sealingKey = request.rotation.sealingKey
        return RotateResponse(keyID: request.rotation.publicKey.keyID)
    }
}
