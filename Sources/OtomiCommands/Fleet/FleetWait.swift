import HubAPI

/// Watches the fleet until it is where it should be, or time runs out.
///
/// The hub is asked by long poll, so the answer comes with the change. A hub that is away for a moment is asked again.
struct FleetWait {
    let goal: FleetGoal
    let timeout: Duration
    let time: TimeSource
    /// How the fleet stands as soon as it differs from a version; `nil` asks for the answer at once.
    let look: @Sendable (_ after: String?, _ wait: Duration) async throws -> FleetStatus?

    private static let longestPoll = Duration.seconds(25)
    private static let pause = Duration.milliseconds(250)

    /// Waits; answers with the fleet as it was when the goal was reached.
    ///
    /// It ends as soon as every laggard stands still until a person acts: no time helps then.
    ///
    /// - Throws: `CommandFailure` with status `timeout` or `held` naming every laggard, and what ``look`` throws for good.
    func reached(_ changed: @Sendable ([FleetGoal.Laggard]) -> Void) async throws -> FleetStatus {
        let deadline = time.elapsed() + timeout
        var known: FleetStatus?
        var lastError: HubClientError?
        while true {
            let asked = time.elapsed()
            do {
                let wait = min(max(deadline - asked, .zero), Self.longestPoll)
                let answer = try await look(known?.version, wait)
                lastError = nil
                if let answer {
                    let isNews = answer.version != known?.version
                    known = answer
                    let laggards = try goal.laggards(in: answer)
                    if laggards.isEmpty { return answer }
                    changed(laggards)
                    if laggards.allSatisfy(\.isHeld) { throw Self.held(laggards) }
                    if isNews, time.elapsed() < deadline { continue }
                }
            } catch let error as HubClientError where error.isTransient {
                lastError = error
            }
            let now = time.elapsed()
            guard now < deadline else { throw try failure(known, lastError) }
            // An answer that came at once without news, or none at all: never ask in a tight loop.
            if now - asked < Self.pause { try await time.sleep(min(Self.pause, deadline - now)) }
        }
    }

    private static func held(_ laggards: [FleetGoal.Laggard]) -> CommandFailure {
        CommandFailure(
            .held,
            "\(laggards.count) \(laggards.count == 1 ? "cluster stands" : "clusters stand") still until somebody acts",
            details: laggards.map(\.description)
        )
    }

    private func failure(_ fleet: FleetStatus?, _ error: HubClientError?) throws -> CommandFailure {
        let seconds = timeout.components.seconds
        if let error { return CommandFailure(.timeout, "gave up after \(seconds) s: \(error.message)") }
        let laggards = try fleet.map(goal.laggards) ?? []
        return CommandFailure(
            .timeout,
            "gave up after \(seconds) s: \(laggards.count) \(laggards.count == 1 ? "cluster does" : "clusters do") not run "
                + "what they should. See otomi status",
            details: laggards.map(\.description)
        )
    }
}
