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
    let packer: ParcelPacker

    init(
        store: HubStore,
        reads: AgentReads,
        events: StoreEvents,
        presence: AgentPresence,
        recovery: RecoveryWatch
    ) {
        self.store = store
        self.reads = reads
        self.events = events
        self.presence = presence
        self.recovery = recovery
        packer = ParcelPacker(reads: reads, room: ParcelRoom())
    }

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
        let response: Response? =
            switch file {
            case .root(let version): try await store.root(version: Int(version)).map(Self.answer)
            case .timestamp: try await timestamp(of: agent, poll: poll, context.metadata)
            case .snapshot, .targets, .delegated:
                try await store.metadata(clusterID: agent.clusterID, file: file.description).map(Self.answer)
            }
        guard let response else {
            throw Problem(.notFound, detail: "This cluster has no \(file).")
        }
        return response
    }

    static func answer(_ bytes: [UInt8]) -> Response {
        Response(bytes: bytes, contentType: "application/json", headers: [.cacheControl: "no-store"])
    }

    /// The timestamp: as it is, or once it is news to the agent; 304 when the wait ends without any.
    private func timestamp(
        of agent: AgentIdentity,
        poll: AgentRoute.Poll?,
        _ metadata: SeenMetadata?
    ) async throws -> Response? {
        guard let poll else {
            guard let held = try await reads.heldTimestamp(of: agent), held.isAdmitted else {
                throw Problem(.unauthenticated, detail: "The request's signature is not accepted any more.")
            }
            return held.bytes.map(Self.answer)
        }
        let look = PollLook(
            of: agent,
            poll,
            seen: metadata,
            events: events,
            reads: reads,
            packer: packer,
            recovery: recovery
        )
        return try await Exchange.answer { try await look.step(isFirst: $0) }
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
