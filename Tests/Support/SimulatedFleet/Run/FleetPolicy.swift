import HTTPTransport
import JSON

/// How a hub moves its clusters to a new revision.
package enum FleetPolicy {
    /// Has a commit move every cluster at once: a simulated fleet measures that, not the waits between waves.
    ///
    /// - Throws: `FleetFailure` when the hub refuses; one that knows no rollouts moves all at once anyhow.
    package static func moveAllAtOnce(_ hub: FleetHub) async throws {
        let policy: JSONValue = ["kind": "atOnce"]
        let answer = try await hub.put("/api/v1/rollout-policy", policy.serialized())
        guard answer.isSuccess || answer.status == 404 else {
            throw FleetFailure(
                "the rollout policy is refused: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
            )
        }
    }
}
