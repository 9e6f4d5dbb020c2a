import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// The keys that secrets are sealed under in the database, and their rotation; for platform administrators.
struct DataKeyRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.dataKeys, .readSecretKeys, use: list)
        routes.post(.dataKeys, .rotateSecrets, use: rotate)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        _ = try context.requireCaller()
        return Response(try await keys())
    }

    private func rotate(_ request: Request, _ context: HubContext) async throws -> Response {
        guard try context.requireCaller().principal.isPlatformAdmin else {
            throw Problem(.forbidden, detail: "Only a platform administrator may rotate the key of the hub's secrets.")
        }
        try await store.rotateDataKey()
        let keys = try await keys()
        context.logger.notice("data key rotated", metadata: ["key": "\(keys.items.last?.number ?? 0)"])
        return Response(keys)
    }

    private func keys() async throws -> HubAPI.Page<HubAPI.DataKey> {
        HubAPI.Page(
            items: try await store.dataKeys().map { key in
                HubAPI.DataKey(
                    number: key.number,
                    created: key.createdAt.rfc3339,
                    current: key.isCurrent,
                    uses: key.uses
                )
            },
            next: nil
        )
    }
}
