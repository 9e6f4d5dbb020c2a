import HubAPI
import JSON
import Synchronization
import Testing

@testable import OtomiCommands

@Suite struct FleetWaitTests {
    private enum Look: Sendable {
        /// An answer after so much time.
        case fleet(FleetStatus, after: Duration)
        case noNews(after: Duration)
        case failure(HubClientError)
    }

    /// Plays one look after another; the last one repeats.
    private final class Hub: Sendable {
        private let looks: Mutex<[Look]>
        private let asked = Mutex<[String?]>([])
        private let time: ManualTime

        init(_ looks: [Look], _ time: ManualTime) {
            self.looks = Mutex(looks)
            self.time = time
        }

        var versions: [String?] { asked.withLock(\.self) }

        func look(_ after: String?) throws -> FleetStatus? {
            asked.withLock { $0.append(after) }
            let look = looks.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
            switch look {
            case .fleet(let fleet, let delay):
                time.advance(by: delay)
                return fleet
            case .noNews(let delay):
                time.advance(by: delay)
                return nil
            case .failure(let error): throw error
            case nil: return nil
            }
        }
    }

    private static let behind = FleetGoalTests.fleet(
        FleetGoalTests.cluster("a", .progressing, desired: 5, applied: 4),
        version: "1"
    )
    private static let there = FleetGoalTests.fleet(
        FleetGoalTests.cluster("a", .inSync, desired: 5, applied: 5),
        version: "2"
    )

    private func wait(_ looks: [Look], timeout: Duration = .seconds(60)) async throws -> (FleetStatus, Hub, ManualTime)
    {
        let time = ManualTime()
        let hub = Hub(looks, time)
        let wait = FleetWait(
            goal: FleetGoal(clusters: nil, revision: nil),
            timeout: timeout,
            time: time.source,
            look: { after, _ in try hub.look(after) }
        )
        return (try await wait.reached { _ in }, hub, time)
    }

    @Test("a fleet that is there is one look and no sleep")
    func immediately() async throws {
        let (fleet, hub, time) = try await wait([.fleet(Self.there, after: .zero)])
        #expect(fleet == Self.there)
        #expect(hub.versions == [nil])
        #expect(time.slept.isEmpty)
    }

    @Test("news is waited for by long poll with the version that is known")
    func longPoll() async throws {
        let (_, hub, time) = try await wait([
            .fleet(Self.behind, after: .zero), .noNews(after: .seconds(25)), .fleet(Self.there, after: .seconds(2)),
        ])
        #expect(hub.versions == [nil, "1", "1"])
        #expect(time.slept.isEmpty)
    }

    @Test("a hub that answers at once without news is not asked in a tight loop")
    func noTightLoop() async throws {
        let (_, _, time) = try await wait([
            .fleet(Self.behind, after: .zero), .noNews(after: .zero), .fleet(Self.behind, after: .zero),
            .fleet(Self.there, after: .zero),
        ])
        #expect(time.slept == [.milliseconds(250), .milliseconds(250)])
    }

    @Test("a hub that is away for a moment is asked again")
    func away() async throws {
        let (fleet, _, _) = try await wait([
            .failure(HubClientError(.unreachable(url: "u"), "gone")),
            .failure(HubClientError(.unavailable, "starting")),
            .fleet(Self.there, after: .zero),
        ])
        #expect(fleet == Self.there)
    }

    @Test("when time runs out every laggard is named with the reason")
    func timeout() async {
        let error = await #expect(throws: CommandFailure.self) {
            try await wait([.fleet(Self.behind, after: .zero), .noNews(after: .seconds(25))])
        }
        #expect(error?.status == .timeout)
        #expect(error?.message.hasPrefix("gave up after 60 s: 1 cluster") == true)
        #expect(error?.details == ["a: progressing, runs revision 4 instead of revision 5"])
    }

    @Test("when time runs out on a hub that is away, that is the reason")
    func timeoutAway() async {
        let error = await #expect(throws: CommandFailure.self) {
            try await wait([.failure(HubClientError(.unreachable(url: "u"), "nothing answers at u"))])
        }
        #expect(error?.status == .timeout)
        #expect(error?.message == "gave up after 60 s: nothing answers at u")
    }

    @Test("a refusal ends the wait at once")
    func refused() async {
        let error = await #expect(throws: HubClientError.self) {
            try await wait([.failure(HubClientError(.unauthenticated, "no"))])
        }
        #expect(error?.code == .unauthenticated)
    }

    @Test("the command answers 0 with what runs where, and 8 when time runs out")
    func command() async {
        let there = FakeHub([
            "GET /api/v1/status": [.json(Self.behind.json), .json(Self.there.json)],
            "GET /api/v1/clusters": [.json(["items": Self.there.clusters.json])],
        ])
        let outcome = await otomi("wait", "--all", "--timeout", "60s", hub: there)
        #expect(outcome.status == .success)
        #expect(outcome.output == "In place on a (revision 5).\n")
        #expect(
            there.requests.map(\.line) == [
                "GET /api/v1/status?behind=desired&limit=1000",
                "GET /api/v1/status?after=1&wait=25&behind=desired&limit=1000", "GET /api/v1/clusters",
            ]
        )
        let late = FakeHub(["GET /api/v1/status": [.json(Self.behind.json)]])
        let timedOut = await otomi("wait", "--cluster", "a", "--timeout", "2s", hub: late)
        #expect(timedOut.status == .timeout)
        #expect(timedOut.error.contains("\n  a: progressing, runs revision 4 instead of revision 5"))
    }

    @Test("with no cluster that has an agent there is nothing to wait for")
    func nobody() async {
        let fleet = FleetGoalTests.fleet(FleetGoalTests.cluster("a", .pending))
        let hub = FakeHub([
            "GET /api/v1/status": [.json(fleet.json)],
            "GET /api/v1/clusters": [.json(["items": fleet.clusters.json])],
        ])
        let outcome = await otomi("wait", "--all", hub: hub)
        #expect(outcome.status == .success)
        #expect(outcome.output.contains("No cluster has an agent yet (1 known)"))
    }
}
