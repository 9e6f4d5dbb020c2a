import Concurrency
import HubRollouts
import HubStore
import Testing
import Values

@Suite struct RolloutSteeringTests {
    @Test func `paused it moves nobody, and resumed it goes on where it was`() throws {
        var scene = Scene(Scene.names(4))
        try scene.act(.pause)
        #expect(scene.state == .paused)
        #expect(scene.machine.rollout.reason == "paused by bob")
        scene.settle()
        scene.step(after: 500)
        #expect(scene.moved == ["c01"])
        try scene.act(.resume)
        #expect(scene.step().contains(.soaking(0)))
        scene.step(after: 61)
        #expect(scene.moved == ["c01", "c02"])
    }

    @Test func `resumed after a halt the failed cluster gets its time once more`() throws {
        var scene = halted()
        try scene.act(.resume)
        #expect(scene.state == .running)
        #expect(scene.place("c01") == .moved)
        scene.step(after: 20)
        #expect(scene.state == .running)
        scene.settle("c01")
        scene.step()
        #expect(scene.place("c01") == .healthy)
    }

    @Test func `promoted it begins the next wave without watching this one`() throws {
        var scene = Scene(Scene.names(4))
        scene.settle()
        scene.step()
        try scene.act(.promote)
        #expect(scene.wave == 2)
        scene.step()
        #expect(scene.moved == ["c01", "c02"])
    }

    @Test func `promoted after a halt it goes on past what failed`() throws {
        var scene = halted()
        try scene.act(.promote)
        scene.step()
        #expect(scene.state == .running)
        #expect(scene.moved == ["c01", "c02"])
        #expect(scene.place("c01") == .failed)
    }

    @Test func `aborted it leaves clusters where they are`() throws {
        var scene = Scene(Scene.names(4))
        try scene.act(.abort)
        #expect(scene.state == .aborted)
        #expect(scene.machine.rollout.finishedAt == scene.now)
        scene.step(after: 1_000)
        #expect(scene.moved == ["c01"])
    }

    @Test func `returned it brings back what was moved, and is over when all run what they ran`() throws {
        var scene = Scene(Scene.names(4))
        scene.pass(wave: 0)
        #expect(scene.moved == ["c01", "c02"])
        try scene.act(.return)
        #expect(scene.state == .returning)
        #expect(scene.moved == [])
        scene.step(after: 5)
        #expect(scene.state == .returning)
        scene.settle("c01")
        scene.step()
        #expect(scene.place("c01") == .returned)
        scene.settle()
        scene.step()
        #expect(scene.state == .returned)
        #expect(scene.machine.rollout.finishedAt != nil)
    }

    @Test func `a cluster that is away goes back when it answers, and holds nobody`() throws {
        var scene = Scene(Scene.names(4))
        scene.settle()
        try scene.act(.return)
        scene.silence("c01")
        scene.step()
        #expect(scene.state == .returned)
        #expect(scene.machine.places["c01"]?.reason?.hasPrefix("it goes back when it answers") == true)
    }

    @Test func `one that does not go back in time is named as failed`() throws {
        var scene = Scene(Scene.names(4))
        scene.settle()
        try scene.act(.return)
        scene.step(after: 301)
        #expect(scene.state == .returned)
        #expect(scene.place("c01") == .failed)
    }

    @Test func `it returns by itself where the strategy says so`() {
        var scene = Scene(Scene.names(4), Scene.strategy(onFailure: .return))
        scene.settle("c01", "degraded", trouble: "no image")
        scene.step(after: 40)
        #expect(scene.state == .returning)
        #expect(scene.machine.rollout.reason?.contains("no image") == true)
        #expect(scene.moved == [])
    }

    @Test func `a cluster that ran nothing before has nothing to go back to`() throws {
        var scene = Scene(["a", "b"])
        var place = try #require(scene.machine.places["a"])
        place = RolloutPlace(
            clusterID: "a",
            cluster: "a",
            wave: 0,
            state: .moved,
            from: 0,
            since: place.since,
            movedAt: place.movedAt
        )
        scene.machine = RolloutMachine(scene.machine.rollout, places: [place])
        try scene.act(.return)
        #expect(scene.place("a") == .failed)
        #expect(scene.moved == ["a"])
    }

    @Test func `windows: nobody is moved outside of them, and the reason says so`() {
        let window = RolloutWindow(from: 13 * 60, to: 14 * 60)
        var scene = Scene(["a", "b"], Scene.strategy(windows: [window]))
        #expect(scene.moved == [])
        #expect(scene.machine.rollout.reason == "waits for its window: 1 clusters are due")
        scene.step(after: 3_600)
        #expect(scene.moved == ["a"])
        #expect(scene.machine.rollout.reason == nil)
    }

    @Test func `later rollouts take clusters over, and it is superseded when they have all`() {
        var scene = Scene(["a", "b"])
        scene.change("a") { $0.laterRollout = 8 }
        #expect(scene.step().contains(.taken("a", by: 8)))
        #expect(scene.place("a") == .taken)
        #expect(scene.moved == ["a", "b"])
        scene.change("b") { $0.laterRollout = 9 }
        scene.step()
        #expect(scene.state == .superseded)
        #expect(scene.machine.rollout.supersededBy == 9)
    }

    /// What may be done in which state; all else is refused.
    static let allowed: [Rollout.State: Set<RolloutAction>] = [
        .planned: [.pause, .abort],
        .running: [.pause, .abort, .promote, .return],
        .paused: [.resume, .abort, .return],
        .halted: [.resume, .abort, .promote, .return],
        .returning: [.abort],
        .completed: [], .returned: [], .aborted: [], .superseded: [],
    ]

    @Test(arguments: Rollout.State.allCases, RolloutAction.allCases)
    func `every action in every state is done, or refused with what can be done`(
        state: Rollout.State,
        action: RolloutAction
    ) {
        let scene = Scene(Scene.names(4))
        var rollout = scene.machine.rollout
        rollout.state = state
        var machine = RolloutMachine(rollout, places: Array(scene.machine.places.values))
        let isAllowed = Self.allowed[state]?.contains(action) ?? false
        do throws(RolloutRefusal) {
            try machine.act(action, [], by: "bob", now: scene.now)
            #expect(isAllowed)
            #expect(machine.rollout.state != state || action == .promote)
        } catch {
            #expect(!isAllowed)
            #expect(error.message.contains("rollout 7 is \(state.rawValue)"))
        }
    }

    @Test func `the last wave cannot be promoted to another`() {
        var scene = Scene(["a"])
        #expect(throws: RolloutRefusal.self) { try scene.act(.promote) }
    }

    private func halted() -> Scene {
        var scene = Scene(Scene.names(4))
        scene.settle("c01", "degraded")
        scene.step(after: 40)
        #expect(scene.state == .halted)
        return scene
    }
}
