import Concurrency
import HubRollouts
import HubStore
import Testing
import Values

@Suite struct RolloutMachineTests {
    @Test func `waves go one after another, each when the one before was well and was watched`() {
        var scene = Scene(Scene.names(20))
        #expect(scene.state == .running)
        #expect(scene.moved == ["c01"])
        scene.step(after: 10)
        #expect(scene.moved == ["c01"])
        scene.settle()
        #expect(scene.step(after: 10) == [.healthy(["c01"]), .soaking(0)])
        #expect(scene.step(after: 59) == [])
        #expect(scene.step(after: 1) == [.wave(1), .moved(["c02"])])
        scene.pass(wave: 1)
        #expect(scene.wave == 2)
        #expect(scene.moved.count == 10)
        scene.pass(wave: 2)
        #expect(scene.moved.count == 20)
        scene.settle()
        #expect(scene.step().last == .completed)
        #expect(scene.state == .completed)
        #expect(!scene.machine.isOpen)
    }

    @Test func `the same facts a second time change nothing`() {
        var scene = Scene(Scene.names(5))
        #expect(scene.step() == [])
        #expect(scene.machine.change == nil)
        scene.settle()
        scene.step()
        #expect(scene.step() == [])
        #expect(scene.machine.change == nil)
    }

    @Test func `a canary that falls ill for longer than the grace halts it, and no other cluster moves`() {
        var scene = Scene(Scene.names(10))
        scene.settle("c01", "degraded", trouble: "Deployment team-demo/web: image cannot be pulled")
        #expect(scene.step(after: 29) == [])
        scene.step(after: 1)
        #expect(scene.state == .halted)
        #expect(scene.place("c01") == .failed)
        #expect(
            scene.machine.rollout.reason
                == "c01 is not well with revision 2: Deployment team-demo/web: image cannot be pulled"
        )
        #expect(scene.moved == ["c01"])
        #expect(!scene.machine.isOpen)
        scene.step(after: 10_000)
        #expect(scene.moved == ["c01"])
    }

    @Test func `a canary that becomes well within the grace has not failed`() {
        var scene = Scene(Scene.names(10))
        scene.settle("c01", "degraded")
        scene.step(after: 20)
        scene.settle("c01")
        #expect(scene.step(after: 20) == [.healthy(["c01"]), .soaking(0)])
    }

    @Test func `a cluster that falls ill while its wave is watched halts it`() {
        var scene = Scene(Scene.names(10))
        scene.settle()
        scene.step()
        scene.settle("c01", "outOfSync", trouble: "a webhook refuses it")
        scene.step(after: 10)
        scene.step(after: 30)
        #expect(scene.state == .halted)
        #expect(scene.machine.rollout.reason?.contains("a webhook refuses it") == true)
    }

    @Test func `an alert that fires after the move counts, and one that fired before does not`() {
        var scene = Scene(Scene.names(10))
        scene.settle()
        let before = scene.now - .seconds(100)
        scene.change("c01") { $0.alerts = [.init(name: "DiskFull", since: before)] }
        #expect(scene.step(after: 5).contains(.soaking(0)))
        let now = scene.now
        scene.change("c01") { $0.alerts.append(.init(name: "ErrorRate", since: now)) }
        scene.step(after: 30)
        #expect(scene.state == .halted)
        #expect(scene.machine.rollout.reason?.contains("the alert ErrorRate fires") == true)
    }

    @Test func `a cluster that does not become well in time has failed`() {
        var scene = Scene(Scene.names(3))
        scene.settle("c01", "progressing")
        scene.step(after: 300)
        #expect(scene.state == .running)
        scene.step(after: 1)
        #expect(scene.state == .halted)
        #expect(scene.machine.rollout.reason?.contains("not well after 300 s: it is still progressing") == true)
    }

    @Test func `deletions that wait for a person keep a wave from passing`() {
        var scene = Scene(Scene.names(3))
        scene.settle("c01")
        scene.change("c01") { cluster in
            let report = cluster.report
            cluster.report = .init(
                generation: cluster.generation,
                state: "held",
                stateSince: report?.stateSince ?? cluster.enrolledAt ?? UnixTime(seconds: 0),
                receivedAt: report?.receivedAt ?? UnixTime(seconds: 0),
                hasPendingDeletions: true
            )
        }
        #expect(scene.step(after: 10) == [])
        scene.step(after: 300)
        #expect(scene.machine.rollout.reason?.contains("deletions wait there for a person") == true)
    }

    @Test func `what was unwell before proves nothing, but for a canary`() {
        var scene = Scene(["a", "b", "c"])
        scene.settle("b", "degraded", trouble: "old trouble")
        scene.settle("a")
        scene.step()
        scene.step(after: 61)
        for name in ["b", "c"] { scene.settle(name, name == "b" ? "degraded" : "inSync", trouble: "old trouble") }
        scene.step(after: 100)
        scene.settle()
        #expect(scene.state != .halted)
        #expect(scene.place("b") == .healthy)

        var canary = Scene(["a"])
        canary.settle("a", "degraded")
        canary.step(after: 40)
        #expect(canary.state == .halted)
    }

    @Test func `no more clusters are on their way at once than may be unavailable`() {
        var scene = Scene(
            Scene.names(10),
            Scene.strategy(waves: [RolloutWave(.percentage(100))], maxUnavailable: .count(3))
        )
        #expect(scene.moved == ["c01", "c02", "c03"])
        scene.settle("c02")
        #expect(scene.step() == [.healthy(["c02"]), .moved(["c04"])])
        #expect(scene.moved.count == 4)
    }

    @Test func `clusters on which nothing differs are moved at once and wait for nobody`() {
        let scene = Scene(Scene.names(10), same: ["c05", "c06"])
        #expect(scene.moved == ["c01", "c05", "c06"])
        #expect(scene.machine.rollout.unaffected == 2)
        #expect(scene.place("c05") == nil)

        let unaffected = Scene(Scene.names(2), same: Scene.names(2))
        #expect(unaffected.state == .completed)
        #expect(unaffected.moved == ["c01", "c02"])
    }

    @Test func `without gates all are moved in the first step, absent ones too`() {
        let scene = Scene(Scene.names(5), .atOnce, away: ["c02"])
        #expect(scene.state == .completed)
        #expect(scene.moved.count == 5)
        #expect(!scene.machine.isOpen)
    }
}
