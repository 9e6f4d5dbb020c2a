import Kubernetes

/// What one look at an object showed.
package struct HealthLook: Hashable, Sendable {
    /// What was found out about why an object is not ready.
    package enum Cause: Hashable, Sendable {
        case notLookedFor
        case none
        case found(String)
    }

    /// By the object's own status.
    package var health: ObjectHealth
    package var cause: Cause
    /// How long it may be on its way.
    package var limit: Duration?
    /// How far it has come; see `ProgressDeadline.height`.
    package var height: Int64

    package init(
        health: ObjectHealth,
        cause: Cause = .notLookedFor,
        limit: Duration? = ProgressDeadline.standard,
        height: Int64 = 0
    ) {
        self.health = health
        self.cause = cause
        self.limit = limit
        self.height = height
    }
}

extension ClusterAPI {
    /// Looks at one object and, where asked to, at what keeps it from being ready; `nil` when it cannot be seen now.
    func look(at key: ObjectKey, _ apiVersion: String, findingCause: Bool) async -> HealthLook? {
        guard !Self.isInert(key.groupKind) else { return HealthLook(health: .ready) }
        let type = GroupVersionKind(apiVersion: apiVersion, kind: key.kind)
        guard let object = try? await client.find(type, namespace: key.namespace, name: key.name) else { return nil }
        var look = HealthLook(
            health: ObjectHealth(object),
            limit: ProgressDeadline.limit(of: object),
            height: ProgressDeadline.height(of: object)
        )
        guard look.health != .ready, findingCause else { return look }
        switch await CauseFinder(client: client).cause(of: object) {
        case .nothing: look.cause = .none
        case .intended: look.health = .ready
        case .cause(let text): look.cause = .found(text)
        }
        return look
    }
}
