import Concurrency
import HTTPTypes
import HubAPI
import HubRollouts
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// The movement of clusters from one revision to another: what happens, and what people have happen.
struct RolloutRoutes {
    /// How long the message of a rollout may be.
    static let maximumMessageBytes = 4_096

    private let store: HubStore
    private let rollouts: Rollouts
    private let begun: BegunRollout

    init(store: HubStore, clock: @escaping WallClock) {
        self.store = store
        rollouts = Rollouts(store: store, clock: clock)
        begun = BegunRollout(store: store, clock: clock)
    }

    func add(to routes: GuardedRoutes) {
        routes.get(.rollouts, .readRollouts, use: list)
        routes.post(.rollouts, .startRollout, use: start)
        routes.get(.rollout, .readRollouts, use: show)
        routes.post(.rolloutAction, .steerRollout, use: steer)
        routes.get(.rolloutPolicy, .readRollouts, use: showPolicy)
        routes.put(.rolloutPolicy, .setRolloutPolicy, use: setPolicy)
    }

    // MARK: - Reading

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let limit = Int(max(1, try request.number("limit", maximum: 1_000) ?? 50))
        let found = try await store.rollouts(before: try request.number("before"), limit: limit)
        let next = found.count == limit ? found.last.map { String($0.rollout.number) } : nil
        return Response(
            HubAPI.Page(items: found.map { RolloutSummary($0.rollout, counts: $0.counts) }, next: next)
        )
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let number = try Self.number(context)
        var state: RolloutPlace.State?
        if let text = request.query("state") {
            guard let known = RolloutPlace.State(rawValue: text) else {
                let states = RolloutPlace.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, detail: "'\(text)' is no state of a cluster in a rollout: use \(states).")
            }
            state = known
        }
        let found = try await store.rollout(number)
        let places = try await store.rolloutPlaces(
            of: number,
            state: state,
            after: request.query("after"),
            limit: Int(max(1, try request.number("limit", maximum: 1_000) ?? 500))
        )
        return Response(
            RolloutDetail(
                rollout: RolloutSummary(found.rollout, counts: found.counts),
                clusters: HubAPI.Page(items: places.items.map(RolloutCluster.init), next: places.next)
            )
        )
    }

    // MARK: - Acting

    private func start(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let message = try await request.message(RolloutRequest.self)
        guard !message.message.allSatisfy(\.isWhitespace), message.message.utf8.count <= Self.maximumMessageBytes else {
            throw Problem(
                .badRequest,
                detail: "A rollout needs a message of at most 4,096 bytes.",
                hint: "Say why: -m TEXT"
            )
        }
        let rollout = try await store.beginRollout(
            NewRollout(
                revision: message.revision,
                scope: try await scope(of: message),
                strategy: try await strategy(of: message),
                author: caller.name,
                message: message.message
            )
        )
        context.logger.notice(
            "rollout begun",
            metadata: ["rollout": "\(rollout.number)", "revision": "\(rollout.revision)"]
        )
        let summary = await begun.summary(of: rollout.number, context.logger)
        return Response(summary ?? RolloutSummary(rollout, counts: [:]), status: .created)
    }

    private func strategy(of message: RolloutRequest) async throws -> RolloutStrategy {
        if let strategy = message.strategy { return strategy }
        return try await store.rolloutPolicy().strategy
    }

    private func scope(of message: RolloutRequest) async throws -> RolloutScope {
        let given = [message.clusters != nil, message.selector != nil, message.group != nil].count { $0 }
        guard given <= 1 else {
            throw Problem(.badRequest, detail: "A rollout takes clusters, a selector or a group: only one of them.")
        }
        if let names = message.clusters {
            guard !names.isEmpty, names.count <= 1_000 else {
                throw Problem(.badRequest, detail: "A rollout names from 1 to 1,000 clusters; for more use a selector.")
            }
            for name in names { _ = try await store.cluster(named: name) }
            return .clusters(names)
        }
        if let selector = message.selector { return .selector(selector) }
        guard let group = message.group else { return .fleet }
        let id = DocumentID(kind: .group, name: group)
        guard let document = try await store.document(id)?.document else {
            throw Problem(.notFound, detail: "There is no group '\(group)'.", hint: "otomi get Group lists them.")
        }
        let selector = document.spec["selector"]?.objectValue?.compactMapValues(\.stringValue)
        return .group(group, selector: selector ?? [:])
    }

    private func steer(_ request: Request, _ context: HubContext) async throws -> Response {
        let number = try Self.number(context)
        let text = try await request.message(RolloutSteering.self).action
        guard let action = RolloutAction(rawValue: text) else {
            let actions = RolloutAction.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, detail: "'\(text)' is nothing that a rollout can do: use one of \(actions).")
        }
        do {
            _ = try await rollouts.act(action, on: number, by: try context.requireCaller().name)
        } catch let refusal as RolloutRefusal {
            throw Problem(.conflict, detail: refusal.message)
        }
        context.logger.notice("rollout steered", metadata: ["rollout": "\(number)", "action": "\(text)"])
        let found = try await store.rollout(number)
        return Response(RolloutSummary(found.rollout, counts: found.counts))
    }

    // MARK: - Policy

    private func showPolicy(_ request: Request, _ context: HubContext) async throws -> Response {
        Response(RolloutPolicy(try await store.rolloutPolicy()))
    }

    private func setPolicy(_ request: Request, _ context: HubContext) async throws -> Response {
        let strategy = try await request.message(RolloutStrategy.self)
        let policy = try await store.setRolloutPolicy(strategy, by: try context.requireCaller().name)
        context.logger.notice("rollout policy set", metadata: ["strategy": "\(strategy.title)"])
        return Response(RolloutPolicy(policy))
    }

    private static func number(_ context: HubContext) throws -> Int64 {
        let text = try context.parameters.require("number")
        guard let number = Int64(text) else {
            throw Problem(.notFound, detail: "'\(text)' is no rollout; rollouts are numbers.")
        }
        return number
    }
}
