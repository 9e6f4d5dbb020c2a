import AgentProtocol
import Bundles

/// One object as a layer declares it; clusters that were given equal layers share it.
final class SimulatedObject: Sendable {
    /// Stands for the object's kind, namespace and name in every layer.
    let identity: Int
    /// How it is reported once it is applied and does what it should.
    let ready: ObjectState
    /// How it is reported when it does not.
    let failed: ObjectState
    /// The SHA-256 of the object's line.
    let digest: Digest
    let bucket: Int
    let readyHash: UInt64
    let failedHash: UInt64

    init(identity: Int, ready: ObjectState, digest: Digest) {
        self.identity = identity
        self.ready = ready
        self.digest = digest
        failed = ObjectState(
            group: ready.group,
            kind: ready.kind,
            apiVersion: ready.apiVersion,
            namespace: ready.namespace,
            name: ready.name,
            layer: ready.layer,
            state: .applied,
            health: .failed
        )
        bucket = ready.bucket
        readyHash = ready.hash(applied: digest.hex)
        failedHash = failed.hash(applied: digest.hex)
    }

    /// `KIND/NAME`, by which a fault chooses it.
    var title: String { "\(ready.kind)/\(ready.name)" }
}
