import Bundles
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import JSON
import Platform
import Values

/// What holds on one cluster: its effective values, where each comes from, and the objects of its bundle.
struct ClusterValuesRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.clusterValues, .readClusterValues, use: values)
        routes.get(.clusterExplain, .readClusterValues, use: explain)
        routes.get(.clusterObjects, .readClusterObjects, use: objects)
    }

    private func values(_ request: Request, _ context: HubContext) async throws -> Response {
        let (cluster, revision, view) = try await subject(request, context)
        let effective = try await effectiveValues(cluster, revision, revealing: false)
        let whole = view.part(of: effective.tree)
        guard let values = whole[try Self.place(request)] else {
            throw Problem(
                .notFound,
                detail: "The cluster '\(cluster.name)' has no such values in revision \(revision).",
                hint:
                    "otomi cluster values \(cluster.name) shows all of them; otomi where says why something is not there."
            )
        }
        return Response(ClusterValues(cluster: cluster.name, revision: revision, values: values))
    }

    /// The place in effective values that the query items `kind`, `team` and `name` mean.
    private static func place(_ request: Request) throws -> JSONPointer {
        let (team, name) = (request.query("team"), request.query("name"))
        guard let text = request.query("kind") else { return JSONPointer(team.map { ["teams", $0] } ?? []) }
        guard let kind = Kind(loosely: text) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, detail: "There is no kind '\(text)'; there are \(known).")
        }
        let names = name.map { [$0] } ?? []
        switch kind {
        case .cluster: return JSONPointer(["cluster"])
        case .settings: return JSONPointer(["settings"] + names)
        case .app: return JSONPointer(["apps"] + names)
        case .policy: return JSONPointer(["policies"] + names)
        case .team: return JSONPointer(["teams"] + (names.isEmpty ? team.map { [$0] } ?? [] : names))
        case .service, .job, .secret:
            guard let team else {
                throw Problem(
                    .badRequest,
                    detail: "A \(kind.rawValue) belongs to a team: say which, with the item 'team'."
                )
            }
            return JSONPointer(["teams", team, kind.rawValue.lowercased() + "s"] + names)
        case .group:
            throw Problem(.badRequest, detail: "Groups are no part of effective values: otomi group list shows them.")
        }
    }

    private func explain(_ request: Request, _ context: HubContext) async throws -> Response {
        let (cluster, revision, view) = try await subject(request, context)
        guard let path = request.query("path") else {
            throw Problem(
                .badRequest,
                detail: "The query item 'path' is missing.",
                hint: "Such as path=teams.demo.services"
            )
        }
        let entries =
            view.shows(path: path) ? try await effectiveValues(cluster, revision, revealing: false).explain(path) : []
        guard !entries.isEmpty else {
            throw Problem(
                .notFound,
                detail: "The cluster '\(cluster.name)' has no value at '\(path)' in revision \(revision).",
                hint: "otomi values --cluster \(cluster.name) shows all of them."
            )
        }
        return Response(
            ClusterExplanation(cluster: cluster.name, revision: revision, path: path, entries: entries)
        )
    }

    /// The objects of the published bundle, read from the very layers that the agent fetches.
    ///
    /// The sealed layer can be opened by its cluster only; its objects are compiled again and shown without their secrets.
    private func objects(_ request: Request, _ context: HubContext) async throws -> Response {
        let view = try await FleetView(of: try context.requireCaller(), store)
        let name = try context.parameters.require("name")
        let cluster = try await view.cluster(named: name, .readClusterObjects, in: store)
        guard let revision = cluster.publishedRevision,
            let file = try await store.metadata(
                clusterID: cluster.id,
                file: MetadataRole.targets.fileName(version: cluster.generation)
            )
        else {
            throw Problem(
                .notFound,
                detail: "The cluster '\(cluster.name)' has no bundle yet.",
                hint: "A bundle is published once there are values and an agent has enrolled; see otomi status."
            )
        }
        let signed = try JSONValue(parsing: file).required("signed", as: JSONValue.self)
        let bundle = try Bundle(TargetsMetadata(json: signed))
        var objects: [JSONValue] = []
        for layer in bundle.layers {
            switch layer.mediaType {
            case .plain:
                guard let stored = try await store.layer(layer.digest, clusterID: cluster.id) else {
                    throw StoreError(.internal, "layer \(layer.digest.hex) of \(cluster.name) is not stored")
                }
                objects += try LayerFile.objects(in: stored.bytes, layer: layer.name)
            case .sealed:
                let effective = try await effectiveValues(cluster, revision, revealing: true)
                objects += compile(effective).layers.filter { $0.name == layer.name }.flatMap(\.objects).map(
                    Self.redacted
                )
            }
        }
        return Response(
            ClusterObjects(
                cluster: cluster.name,
                revision: bundle.revision,
                generation: bundle.generation,
                objects: objects.filter(view.shows(object:))
            )
        )
    }

    private static func redacted(_ object: JSONValue) -> JSONValue {
        var object = object
        for field in ["data", "stringData"] {
            guard let members = object[field]?.objectValue else { continue }
            object[field] = .object(members.mapValues { _ in SecretMarker.marker("sealed") })
        }
        return object
    }

    private func subject(
        _ request: Request,
        _ context: HubContext
    ) async throws -> (StoredCluster, Int64, FleetView) {
        let view = try await FleetView(of: try context.requireCaller(), store)
        let name = try context.parameters.require("name")
        let cluster = try await view.cluster(named: name, .readClusterValues, in: store)
        return (cluster, try await request.revision(in: store) ?? cluster.desiredRevision, view)
    }

    private func effectiveValues(
        _ cluster: StoredCluster,
        _ revision: Int64,
        revealing: Bool
    ) async throws -> EffectiveValues {
        let documents = try await store.allDocuments(at: revision, revealing: revealing)
        return EffectiveValues(cluster: cluster.identity, documents: documents)
    }
}
