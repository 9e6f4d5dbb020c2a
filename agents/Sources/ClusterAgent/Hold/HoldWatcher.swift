import Kubernetes

/// Watches the ConfigMap on which the cluster's people hold the agent and choose what it does about drift.
struct HoldWatcher: Sendable {
    let reconciler: Reconciler

    func run() async {
        let options = ListOptions(fieldSelector: "metadata.name=\(AgentSet.settingsName)", metadataOnly: true)
        let client = reconciler.cluster.client
        var listed: ClusterSettings?
        for await event in client.watch(ClusterAPI.settingsType, namespace: AgentSet.namespace, options) {
            switch event {
            case .listStarted: listed = nil
            case .listed(let object): listed = ClusterSettings(object)
            case .listFinished: await reconciler.take(settings: listed)
            case .applied(let object): await reconciler.take(settings: ClusterSettings(object))
            case .deleted: await reconciler.take(settings: nil)
            // What was said last stands until the API server says otherwise.
            case .fellBehind, .interrupted: continue
            }
        }
    }
}
