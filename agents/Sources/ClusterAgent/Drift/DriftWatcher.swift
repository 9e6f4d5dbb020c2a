import Concurrency
import JSON
import Kubernetes
import Logging

/// Watches the metadata of everything that carries our label, one watch for each kind, and the definitions of kinds.
struct DriftWatcher: Sendable {
    private static let definitions = GroupVersionKind(
        group: "apiextensions.k8s.io",
        version: "v1",
        kind: "CustomResourceDefinition"
    )

    let reconciler: Reconciler
    let environment: AgentEnvironment
    let logger: Logger

    func run() async {
        await withTaskGroup(of: GroupVersionKind?.self) { group in
            var running: Set<GroupVersionKind> = []
            var seen = reconciler.kindsChanged.version
            group.addTask {
                await watchDefinitions()
                return nil
            }
            while !Task.isCancelled {
                for kind in await reconciler.watchedKinds where running.insert(kind).inserted {
                    group.addTask {
                        await watch(kind)
                        return kind
                    }
                }
                seen = await reconciler.kindsChanged.wait(after: seen)
            }
            group.cancelAll()
        }
    }

    private func watch(_ kind: GroupVersionKind) async {
        let options = ListOptions(labelSelector: AgentSet.members, metadataOnly: true)
        var listed: [ObservedObject] = []
        var moment = await reconciler.moment
        for await event in reconciler.cluster.client.watch(kind, options) {
            switch event {
            case .listStarted: listed = []
            case .listed(let object): listed.append(ObservedObject(object))
            case .listFinished:
                await reconciler.observe(all: listed, of: kind, since: moment)
                listed = []
            case .applied(let object):
                await reconciler.observe(ObservedObject(object))
                moment = await reconciler.moment
            case .deleted(let object):
                await reconciler.observeDeletion(of: object.key, uid: object.uid ?? "")
                moment = await reconciler.moment
            case .interrupted(let error):
                moment = await reconciler.moment
                reconciler.metrics.noteInterruption(of: kind)
                logger.debug("A watch was interrupted", metadata: ["kind": "\(kind)", "error": "\(error)"])
            }
        }
    }

    /// A definition that came may serve what waits.
    private func watchDefinitions() async {
        let options = ListOptions(metadataOnly: true, pageSize: 100)
        var isListing = false
        for await event in reconciler.cluster.client.watch(Self.definitions, options) {
            switch event {
            case .listStarted: isListing = true
            case .listFinished: isListing = false
            case .applied(let object), .deleted(let object):
                guard !isListing else { continue }
                await reconciler.definitionChanged(object.name)
            case .listed, .interrupted: continue
            }
        }
    }
}

extension ObservedObject {
    /// Reads what a metadata watch shows.
    init(_ object: KubernetesObject) {
        self.init(
            key: object.key,
            uid: object.uid ?? "",
            resourceVersion: object.resourceVersion ?? "",
            isBeingDeleted: object.isTerminating,
            ownedFields: OwnedFields.fingerprint(object.metadata["managedFields"], manager: ClusterAPI.fieldManager)
        )
    }
}
