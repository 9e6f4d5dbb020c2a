import Concurrency
package import JSON
import Synchronization

/// A Kubernetes API server in memory: requests in, answers out, with the semantics of the real one.
///
/// It knows no network, so that tests and fleet simulations can call it directly; `SimulatorServer` puts it behind HTTP.
package final class SimulatedCluster: Sendable {
    package let configuration: ClusterConfiguration
    private let state: Mutex<ClusterState>

    /// A cluster with the objects that every cluster begins with.
    package init(_ configuration: ClusterConfiguration = ClusterConfiguration()) {
        self.configuration = configuration
        var state = ClusterState(configuration)
        state.now = Self.timestamp(configuration)
        state.bootstrap()
        self.state = Mutex(state)
    }

    /// Answers one request.
    package func handle(_ request: APIRequest) -> APIResponse {
        let now = Self.timestamp(configuration)
        return perform { state in
            state.now = now
            do throws(APIStatus) { return try state.answer(request) } catch { return error.response }
        }
    }

    /// Installs a CustomResourceDefinition or any other object, as a person with `kubectl create` would.
    ///
    /// - Throws: the Status with which the cluster refuses it.
    package func install(_ object: JSONValue) throws(APIStatus) {
        let now = Self.timestamp(configuration)
        let refusal: APIStatus? = perform { state in
            state.now = now
            do throws(APIStatus) {
                try state.install(object)
                return nil
            } catch { return error }
        }
        if let refusal { throw refusal }
    }

    /// Installs the objects of files of manifests, CustomResourceDefinitions before anything else.
    ///
    /// - Throws: the Status with which the cluster refuses one of them, its message beginning with the file.
    package func install(manifests: [(file: String, bytes: [UInt8])]) throws(APIStatus) {
        let objects = manifests.flatMap { manifest in
            ManifestReader.objects(in: manifest.bytes).map { (file: manifest.file, object: $0) }
        }
        let definitions = objects.filter { $0.object["kind"] == "CustomResourceDefinition" }
        let others = objects.filter { $0.object["kind"] != "CustomResourceDefinition" }
        for (file, object) in definitions + others {
            do throws(APIStatus) { try install(object) } catch {
                var refusal = error
                refusal.message = "\(file): \(error.message)"
                throw refusal
            }
        }
    }

    /// Sends a bookmark to every watch that asked for them.
    package func sendBookmarks() {
        perform { $0.sendBookmarks() }
    }

    /// Forgets all changes so far, so that every older watch is answered with 410.
    package func compact() {
        perform { $0.store.compact() }
    }

    /// Ends a watch from the server's side, with a last bookmark.
    package func end(_ stream: WatchStream) {
        perform { state in
            state.sendBookmarks(only: stream.identifier)
            state.lose(stream.identifier)
        }
    }

    /// Ends every watch, as a restart of the server would.
    package func endAllWatches() {
        perform { state in
            for identifier in Array(state.watchers.keys) { state.lose(identifier) }
        }
    }

    /// Everything that a cluster held at one moment.
    package struct Backup: Sendable {
        fileprivate let state: ClusterState
    }

    /// What the cluster holds now.
    package func backup() -> Backup {
        state.withLock { state in
            var copy = state
            copy.watchers = [:]
            copy.lostWatchers = []
            return Backup(state: copy)
        }
    }

    /// Goes back in time, as an API server whose etcd was restored: versions go on from there, and every watch ends.
    package func restore(_ backup: Backup) {
        perform { state in
            for identifier in Array(state.watchers.keys) { state.lose(identifier) }
            let (lost, next) = (state.lostWatchers, state.nextWatcher)
            state = backup.state
            state.lostWatchers = lost
            state.nextWatcher = next
        }
    }

    /// How many objects the cluster holds.
    package var objectCount: Int { state.withLock { $0.store.count } }

    /// The newest resource version.
    package var revision: Int64 { state.withLock { $0.store.revision } }

    /// Runs `body` on the state, then ends lost watches: ending one runs code that may come back for the state.
    private func perform<Result: Sendable>(_ body: (inout ClusterState) -> Result) -> Result {
        let (result, lost) = state.withLock { state in
            let result = body(&state)
            let lost = state.lostWatchers
            state.lostWatchers = []
            return (result, lost)
        }
        for watcher in lost { watcher.continuation.finish() }
        return result
    }

    private static func timestamp(_ configuration: ClusterConfiguration) -> String {
        UnixTime(seconds: configuration.clock().milliseconds / 1000).rfc3339
    }
}
