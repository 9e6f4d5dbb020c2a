import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import Hummingbird
import JSON

/// What an agent fetches: its own cluster's TUF metadata, and layers by digest.
///
/// Every look-up is made with the asking cluster's id; what belongs to another cluster does not exist here.
struct MetadataRoutes {
    let store: HubStore
    let reads: AgentReads
    let events: StoreEvents
    let presence: AgentPresence
    let recovery: RecoveryWatch

    func add(to group: RouterGroup<HubContext>) {
        group.get("\(AgentRoute.prefix)/tuf/{file}", use: metadata)
        group.get("\(AgentRoute.prefix)/layers/sha256/{digest}", use: layer)
    }

    private func metadata(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        let route = AgentRoute(method: "GET", path: request.uri.path, query: request.uri.query ?? "")
        guard case .metadata(let file, let poll)? = route else {
            throw Problem(.notFound, detail: "There is no metadata file at \(request.uri.path).")
        }
        presence.saw(agent)
        let bytes: [UInt8]? =
            switch file {
            case .root(let version): try await store.root(version: Int(version))
            case .timestamp:
                try await timestamp(of: agent, poll: poll)
            case .snapshot, .targets, .delegated:
                try await store.metadata(clusterID: agent.clusterID, file: file.description)
            }
        guard let bytes else {
            if poll != nil { return Response(status: .notModified) }
            throw Problem(.notFound, detail: "This cluster has no \(file).")
        }
        return Response(bytes: bytes, contentType: "application/json", headers: [.cacheControl: "no-store"])
    }

    /// The timestamp, held back until it is another than the one the agent has, or the root is newer than the agent's; `nil`
    /// when the wait ends without news.
    ///
    /// An agent that has a later one is answered too: a thief may have signed it, also in the very version of ours, and the
    /// new root that takes the stolen key away is looked for with every timestamp. Whatever wakes it may be the end of the agent's rights, so that each look is
    /// at both.
    private func timestamp(of agent: AgentIdentity, poll: AgentRoute.Poll?) async throws -> [UInt8]? {
        let signal = events.bundle(agent.clusterID)
        let deadline = ContinuousClock.now + .seconds(poll?.waitSeconds ?? 0)
        var isFirstLook = true
        while true {
            let seen = signal.version
            guard let held = try await reads.heldTimestamp(of: agent), held.isAdmitted else {
                throw Problem(.unauthenticated, detail: "The request's signature is not accepted any more.")
            }
            let version = try held.bytes.map(version(of:)) ?? 0
            if let poll, isFirstLook {
                try await recovery.heard(agent, poll, timestamp: version, root: held.root)
                isFirstLook = false
            }
            let isRootNews = poll?.root.map { $0 < held.root } ?? false
            if let bytes = held.bytes, isRootNews || version != poll?.after ?? 0 { return bytes }
            guard poll != nil else { return held.bytes }
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero, await signal.waits(after: seen, atMost: remaining) else { return nil }
        }
    }

    private func version(of timestamp: [UInt8]) throws -> Int64 {
        try JSONValue(parsing: timestamp).required("signed", as: JSONValue.self).required("version")
    }

    /// A layer of a recent bundle of the cluster, or the file of a plan that its agent is asked to try.
    private func layer(_ digest: Digest, clusterID: String) async throws -> StoredLayer? {
        if let layer = try await store.layer(digest, clusterID: clusterID) { return layer }
        return try await store.trialFile(digest, clusterID: clusterID)
    }

    private func layer(_ request: Request, _ context: HubContext) async throws -> Response {
        let agent = try context.requireAgent()
        guard let text = context.parameters.get("digest"), let digest = Digest(text),
            let layer = try await self.layer(digest, clusterID: agent.clusterID)
        else { throw Problem(.notFound, detail: "This cluster has no such layer.") }
        return Response(
            bytes: layer.bytes,
            contentType: layer.mediaType,
            headers: [.cacheControl: "private, max-age=31536000, immutable"]
        )
    }
}
