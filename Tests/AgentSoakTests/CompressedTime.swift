import ClusterAgent
import Concurrency
import Synchronization

/// A clock that runs faster than the real one, so that hours pass in seconds.
final class CompressedTime: Sendable {
    /// An hour is ten seconds.
    static let factor = 360

    private let start = ContinuousClock.now
    private let origin = UnixTime.now()
    private let sleeping = Atomic<Int>(0)

    /// How many tasks sleep at this moment.
    var sleepers: Int { sleeping.load(ordering: .relaxed) }

    var now: UnixTime { origin + start.duration(to: .now) * Self.factor }

    func sleep(_ duration: Duration) async throws {
        sleeping.add(1, ordering: .relaxed)
        defer { sleeping.subtract(1, ordering: .relaxed) }
        try await Task.sleep(for: duration / Self.factor)
    }

    var environment: AgentEnvironment {
        AgentEnvironment(now: { self.now }, sleep: { try await self.sleep($0) })
    }
}
