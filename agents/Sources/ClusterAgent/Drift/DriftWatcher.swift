import Concurrency
import JSON
import Kubernetes
import Logging
import Synchronization

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
        await withDiscardingTaskGroup { group in
            let open = OpenWatches()
            var seen = reconciler.kindsChanged.version
            group.addTask { await watchDefinitions() }
            while !Task.isCancelled {
                for kind in await reconciler.watchedKinds where open.begin(kind) {
                    group.addTask {
                        await watchWhileManaged(kind)
                        open.end(kind)
                        reconciler.kindsChanged.notify()
                    }
                }
                seen = await reconciler.kindsChanged.wait(after: seen)
            }
            group.cancelAll()
        }
    }

    /// Watches a kind until no object of it is managed any more.
    private func watchWhileManaged(_ kind: GroupVersionKind) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch(kind) }
            group.addTask {
                var seen = reconciler.kindsChanged.version
                while !Task.isCancelled, await reconciler.watchedKinds.contains(kind) {
                    seen = await reconciler.kindsChanged.wait(after: seen)
                }
            }
            await group.next()
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
            case .listed(let object): listed.append(ObservedObject(listed: object))
            case .listFinished:
                await reconciler.observe(all: listed, of: kind, since: moment)
                listed = []
            case .applied(let object): await reconciler.observe(ObservedObject(object))
            case .deleted(let object): await reconciler.observeDeletion(of: object.key, uid: object.uid ?? "")
            case .fellBehind: moment = await reconciler.moment
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
            case .listed, .fellBehind, .interrupted: continue
            }
        }
    }
}

/// The kinds that are watched, each by one stream.
private final class OpenWatches: Sendable {
    /// How many streams there are at most; objects of further kinds are not looked after.
    private static let limit = 512

    private let kinds = Mutex<Set<GroupVersionKind>>([])

    /// Whether a watch of `kind` is to be opened now.
    func begin(_ kind: GroupVersionKind) -> Bool {
        kinds.withLock { $0.count < Self.limit && $0.insert(kind).inserted }
    }

    func end(_ kind: GroupVersionKind) {
        kinds.withLock { _ = $0.remove(kind) }
    }
}

extension ObservedObject {
    /// One of many objects that a list shows.
    init(listed object: KubernetesObject) {
        self.init(
            key: object.key,
            uid: object.uid ?? "",
            resourceVersion: object.resourceVersion ?? "",
            isBeingDeleted: object.isTerminating,
            ownedFields: OwnedFields.fingerprint(object.metadata["managedFields"], manager: ClusterAPI.fieldManager)
        )
    }
}
