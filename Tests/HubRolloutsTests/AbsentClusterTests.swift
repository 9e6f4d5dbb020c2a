import Concurrency
import HubRollouts
import HubStore
import Testing
import Values

/// Clusters that do not answer hold nobody, and catch up.
@Suite struct AbsentClusterTests {
    @Test func `an absent cluster is put off, holds nobody, and finds the newest when the rest is done`() {
        var scene = Scene(["a", "b", "c"], away: ["b"])
        scene.silence("b")
        #expect(scene.moved == ["a"])
        #expect(scene.place("b") == .deferred)
        scene.settle(except: ["b"])
        scene.step()
        scene.step(after: 61)
        #expect(scene.moved == ["a", "c"])
        scene.settle(except: ["b"])
        scene.step()
        #expect(scene.state == .completed)
        // It is told now, and finds it when it is back.
        #expect(scene.moved == ["a", "b", "c"])
    }

    @Test func `one that is back while the rollout runs takes its turn`() {
        var scene = Scene(["a", "b", "c", "d"], away: ["b"])
        scene.silence("b")
        scene.step()
        scene.wake("b")
        #expect(scene.step() == [.back("b")])
        #expect(scene.place("b") == .waiting)
        scene.pass(wave: 0)
        #expect(scene.moved == ["a", "c"])
        scene.pass(wave: 2)
        #expect(scene.moved == ["a", "b", "c", "d"])
    }

    @Test(arguments: ["pending", "held", "paused", "shut out"])
    func `whoever takes nothing is put off like one that is silent`(why: String) {
        var scene = Scene(["a", "b"])
        let now = scene.now
        scene.change("b") { cluster in
            switch why {
            case "pending": cluster.enrolledAt = nil
            case "paused": cluster.hold = "an incident"
            case "shut out": cluster.isShutOut = true
            default:
                cluster.report = .init(
                    generation: 1,
                    state: "held",
                    stateSince: now,
                    receivedAt: now,
                    isHeld: true
                )
            }
        }
        scene.step()
        #expect(scene.place("b") == .deferred)
    }

    @Test func `a first cluster that falls silent with the revision proves nothing, and halts it in the end`() {
        var scene = Scene(["a", "b"])
        scene.silence("a")
        #expect(scene.step(after: 100) == [])
        #expect(scene.place("a") == .moved)
        scene.step(after: 201)
        #expect(scene.state == .halted)
        #expect(scene.machine.rollout.reason?.contains("silent") == true)
        #expect(scene.moved == ["a"])
    }

    @Test func `one that falls silent once the revision is proved is put off`() {
        var scene = Scene(Scene.names(4))
        scene.pass(wave: 0)
        #expect(scene.moved == ["c01", "c02"])
        scene.silence("c02")
        scene.step(after: 1)
        #expect(scene.place("c02") == .deferred)
        #expect(scene.state == .running)
    }

    @Test func `where a wave has nobody who can prove the revision, the next who can does`() {
        var scene = Scene(["a", "b", "c"])
        #expect(scene.moved == ["a"])
        // Before anybody had moved it would be another; so the canary goes away in the plan's own moment.
        scene = Scene(
            ["a", "b", "c"],
            Scene.strategy(waves: [RolloutWave(.clusters(["a"])), RolloutWave(.percentage(100))]),
            away: ["a"]
        )
        #expect(scene.place("a") == .deferred)
        #expect(scene.moved == ["b"])
        #expect(scene.wave == 0)
    }

    @Test func `when all are away it is over at once, and all find the revision when they are back`() {
        let scene = Scene(["a", "b"], away: ["a", "b"])
        #expect(scene.state == .completed)
        #expect(scene.moved == ["a", "b"])
    }

    // MARK: - A hub that hears of nobody

    @Test func `a hub that hears of nobody moves nobody, and puts nobody off`() {
        var scene = Scene(["a", "b", "c"], away: ["a", "b", "c"], judgesSilence: false)
        #expect(scene.state == .running)
        #expect(scene.moved == [])
        #expect(scene.machine.rollout.reason == "waits until its clusters are heard of again: 1 are due")
        // The canary is back before the others: they are not put off, and their waves come.
        for name in ["b", "c"] { scene.silence(name) }
        scene.step()
        #expect(scene.moved == ["a"])
        #expect(scene.place("b") == .waiting && scene.place("c") == .waiting)
    }

    @Test func `a hub that falls deaf in the middle of a rollout stops where it is, and goes on by waves`() {
        var scene = Scene(Scene.names(4))
        scene.pass(wave: 0)
        #expect(scene.moved == ["c01", "c02"])
        scene.judgesSilence = false
        for name in Scene.names(4) { scene.silence(name) }
        for _ in 0..<3 { #expect(scene.step(after: 600) == []) }
        #expect(scene.state == .running)
        #expect(scene.moved == ["c01", "c02"])
        #expect(scene.place("c03") == .waiting && scene.place("c04") == .waiting)
        scene.judgesSilence = true
        for name in Scene.names(4) { scene.wake(name) }
        scene.settle()
        scene.step()
        #expect(scene.moved == ["c01", "c02"])
        #expect(scene.state == .running)
    }

    @Test func `late clusters catch up in their window only`() {
        // The scene begins at noon.
        let window = RolloutWindow(from: 12 * 60, to: 13 * 60)
        var scene = Scene(["a", "b"], Scene.strategy(windows: [window]), away: ["b"])
        scene.silence("b")
        #expect(scene.moved == ["a"])
        scene.settle("a")
        scene.step(after: 3_600)
        #expect(scene.state == .completed)
        #expect(scene.moved == ["a"])
        #expect(scene.machine.isOpen)
        scene.step(after: 23 * 3_600)
        #expect(scene.moved == ["a", "b"])
        #expect(!scene.machine.isOpen)
    }

    @Test func `a cluster that came after the survey waits for the next one, instead of being left behind`() {
        let scene = Scene([])
        var rollout = scene.machine.rollout
        rollout.state = .planned
        rollout.finishedAt = nil
        var machine = RolloutMachine(rollout, places: [])
        let late = RolloutFacts(clusterID: "late", cluster: "late", desiredRevision: 1)
        machine.plan(RolloutSurvey(candidates: [], differing: []), [late], now: scene.now)
        #expect(machine.change == nil)
        let candidate = RolloutCandidate(
            id: "late",
            identity: ClusterIdentity(name: "late", provider: "aws", region: "", labels: [:]),
            desiredRevision: 1
        )
        machine.plan(RolloutSurvey(candidates: [candidate], differing: ["late"]), [late], now: scene.now)
        #expect(machine.places["late"] != nil)
    }

    @Test func `a cluster that is added meanwhile comes last`() {
        var scene = Scene(["a", "b"])
        scene.add("new")
        scene.add("newest", desired: Scene.target)
        scene.step()
        #expect(scene.place("new") == .waiting)
        #expect(scene.place("newest") == nil)
        #expect(scene.moved == ["a", "newest"])
        scene.settle()
        scene.step()
        scene.step(after: 61)
        scene.settle()
        scene.step()
        #expect(scene.moved == ["a", "b", "new", "newest"])
    }

    // MARK: - Recovery

    private static let restraint = "recovery issues nothing to it"

    @Test func `what recovery restrains is put off with the reason, and moved when that is over`() {
        var scene = Scene(["a", "b", "c"])
        scene.change("b") { $0.restraint = Self.restraint }
        scene.settle()
        #expect(scene.step().contains(.deferred("b", Self.restraint)))
        scene.step(after: 61)
        #expect(scene.moved == ["a", "c"])
        scene.settle(except: ["b"])
        scene.step()
        #expect(scene.state == .completed)
        // Not even told: what it was to run is what the recovery measures by.
        #expect(scene.moved == ["a", "c"])
        #expect(scene.machine.isOpen)
        #expect(scene.step(after: 60) == [])
        scene.change("b") { $0.restraint = nil }
        #expect(scene.step() == [.moved(["b"])])
        #expect(scene.moved == ["a", "b", "c"])
        #expect(!scene.machine.isOpen)
    }

    @Test func `a canary that recovery restrains has not failed: another proves the revision`() {
        var scene = Scene(["a", "b"])
        #expect(scene.moved == ["a"])
        scene.change("a") { $0.restraint = Self.restraint }
        scene.step(after: 400)
        #expect(scene.state == .running)
        #expect(scene.place("a") == .deferred)
        #expect(scene.moved == ["a", "b"])
        scene.change("a") { $0.restraint = nil }
        #expect(scene.step().contains(.back("a")))
        #expect(scene.place("a") == .moved)
    }

    @Test func `while recovery restrains everybody nothing moves, and afterwards the waves begin`() {
        var scene = Scene(["a", "b", "c"])
        for name in ["a", "b", "c"] { scene.change(name) { $0.restraint = Self.restraint } }
        scene.step()
        scene.step(after: 4_000)
        #expect(scene.state == .running)
        #expect(scene.moved == ["a"])
        #expect(scene.machine.rollout.reason?.hasPrefix("waits until the recovery is finished") == true)
        for name in ["a", "b", "c"] { scene.change(name) { $0.restraint = nil } }
        scene.step()
        #expect(scene.moved == ["a"])
        #expect(scene.place("a") == .moved)
        #expect(scene.machine.rollout.reason == nil)
        scene.pass(wave: 0)
        #expect(scene.state == .running)
    }

    @Test func `a cluster that recovery gives free and that does not answer stays away for that reason`() {
        var scene = Scene(["a", "b"])
        scene.change("b") { $0.restraint = Self.restraint }
        scene.step()
        scene.silence("b")
        scene.change("b") { $0.restraint = nil }
        scene.step()
        #expect(scene.place("b") == .deferred)
        #expect(scene.machine.places["b"]?.reason?.contains("silent") == true)
    }
}
