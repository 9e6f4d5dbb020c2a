import AgentProtocol
import Bundles
import JSON
import Kubernetes

extension Reconciler {
    /// What the signed metadata asks to try; `nil` for nothing.
    var trial: Directives.Trial? { desired.directives.trial }

    /// How an object would be applied for real, with all that is known of the one on the cluster.
    ///
    /// - Returns: `nil` when it is no object that could be applied.
    func rehearsal(of entry: TrialEntry) -> ApplyRequest? {
        let tried = KubernetesObject(entry.object)
        guard !tried.apiVersion.isEmpty, !tried.kind.isEmpty, !tried.name.isEmpty else { return nil }
        let line = entry.object.serialized()
        let object = DesiredObject(
            key: tried.key,
            apiVersion: tried.apiVersion,
            layer: entry.layer,
            wave: 0,
            range: 0..<line.count,
            fingerprint: Fingerprint(of: line),
            policy: ObjectPolicy(annotationsOf: entry.object)
        )
        return request(for: object, line[...], desired)
    }
}
