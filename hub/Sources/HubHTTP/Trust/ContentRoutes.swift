import Bundles
import Concurrency
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import JSON
import Logging

/// How teams sign their layers.
struct ContentRoutes {
    let store: HubStore
    let clock: WallClock

    func add(to group: RouterGroup<HubContext>) {
        group.get("\(Route.teamContent.rawValue)", use: show)
        group.post("\(Route.teamContentSignatures.rawValue)", use: sign)
        group.get("\(Route.teamContentLayer.rawValue)", use: layer)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let ceremony = try ceremony(context)
        return Response(ContentStatus(try await ceremony.overview(of: try context.parameters.require("name"))))
    }

    private func sign(_ request: Request, _ context: HubContext) async throws -> Response {
        let team = try context.parameters.require("name")
        let ceremony = try ceremony(context)
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
        let team = try context.parameters.require("name")
        guard let digest = Digest(try context.parameters.require("digest")),
            let layer = try await ceremony(context).layer(digest, of: team)
        else { throw Problem(.notFound, detail: "Team \(team) has no such layer.") }
        return Response(bytes: layer.bytes, contentType: layer.mediaType, headers: [.cacheControl: "no-store"])
    }

    private func ceremony(_ context: HubContext) throws -> ContentCeremony {
        ContentCeremony(store: store.acting(as: try context.requireCaller().actor), clock: clock)
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
