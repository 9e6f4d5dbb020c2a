import Testing

@testable import SimulatedFleet

/// Who waits for a fleet knows when its last agent is there.
struct FleetProgressTests {
    @Test
    func `It is over when the last agent has reported the revision or a later one`() async throws {
        let progress = FleetProgress(agents: 3)
        let start = ContinuousClock.now
        progress.reported(4, agent: 0)
        #expect(progress.missing(4) == 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let arrival = try await progress.waitForAll(4, since: start, limit: .seconds(60))
                #expect(arrival.lastReport >= .zero)
            }
            progress.fetched(4, agent: 1)
            progress.reported(4, agent: 1)
            progress.reported(3, agent: 2)
            progress.reported(5, agent: 2)
            try await group.waitForAll()
        }
        #expect(progress.missing(4) == 0)
        #expect(progress.missing(5) == 2)
    }

    @Test
    func `A fleet that is there already is not waited for`() async throws {
        let progress = FleetProgress(agents: 1)
        progress.reported(7, agent: 0)
        _ = try await progress.waitForAll(7, since: .now, limit: .seconds(60))
    }
}
