import Bundles
import Concurrency
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// How teams sign their layers.
struct ContentRoutes {
    let store: HubStore
    let clock: WallClock

    func add(to routes: GuardedRoutes) {
        routes.get(.teamContent, .readTeamContent, use: show)
        routes.post(.teamContentSignatures, .signTeamContent, use: sign)
        routes.get(.teamContentLayer, .readTeamContent, use: layer)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let team = try team(of: context, .readTeamContent)
        return Response(ContentStatus(try await ceremony.overview(of: team)))
    }

    private func sign(_ request: Request, _ context: HubContext) async throws -> Response {
        let team = try team(of: context, .signTeamContent)
        let ceremony = self.ceremony
        let file = try await request.message(TrustSignatures.self).file
        let signed: SignedMetadata
        do throws(BundleError) { signed = try SignedMetadata(parsing: file.serialized(), name: "the draft") } catch {
            throw Problem(.badRequest, detail: "The signed list of layers cannot be read: \(error.message).")
        }
        try await ceremony.sign(signed, for: team)
        context.logger.notice("team content signed", metadata: ["team": "\(team)"])
        return Response(ContentStatus(try await ceremony.overview(of: team)))
    }

    private func layer(_ request: Request, _ context: HubContext) async throws -> Response {
        let team = try team(of: context, .readTeamContent)
        guard let digest = Digest(try context.parameters.require("digest")),
            let layer = try await ceremony.layer(digest, of: team)
        else { throw Problem(.notFound, detail: "Team \(team) has no such layer.") }
        return Response(bytes: layer.bytes, contentType: layer.mediaType, headers: [.cacheControl: "no-store"])
    }

    private var ceremony: ContentCeremony { ContentCeremony(store: store, clock: clock) }

    /// The team of the path, when the caller may do `action` for it.
    private func team(of context: HubContext, _ action: Action) throws -> String {
        let team = try context.parameters.require("name")
        let caller = try context.requireCaller()
        switch caller.principal.access(to: action, on: .team(team)) {
        case .allowed: return team
        case .refused: throw Refusal.refused(caller, action, on: "team \(team)")
        case .hidden: throw Refusal.hidden(action, "team \(team)")
        }
    }
}

extension ContentStatus {
    fileprivate init(_ overview: ContentOverview) {
        self.init(
            team: overview.team,
            threshold: overview.keys.threshold,
            keys: overview.keys.keys.keys.sorted(),
            pending: overview.pending.map { entry in
                Pending(
                    digest: entry.layer.digest.hex,
                    length: entry.layer.length,
                    objects: entry.layer.objects,
                    clusters: entry.clusters
                )
            },
            file: overview.file?.json,
            draft: overview.draft?.file.json
        )
    }
}
