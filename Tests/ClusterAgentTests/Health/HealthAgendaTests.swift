import AgentWorldSupport
import Concurrency
import JSON
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct HealthAgendaTests {
    private let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "team-a", name: "web")
    private let start = UnixTime(seconds: 1_000)
    private let notReady = HealthLook(health: .progressing("LessReady: 0 of 1 replicas are ready"))

    private func expectTaken(_ taken: [ObjectKey], _ expected: [ObjectKey]) {
        #expect(taken == expected)
    }

    @Test("an object that is ready is not looked at again until something happens to it") func ready() {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        expectTaken(agenda.take(10, at: start), [key])
        let health = agenda.enter(HealthLook(health: .ready), of: key, appliedAt: 1, at: start)
        #expect(health == .ready)
        #expect(agenda.isEmpty)
        #expect(agenda.next == nil)
    }

    @Test("an object that never becomes ready is looked at ever more seldom") func seldom() throws {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<14 {
            expectTaken(agenda.take(10, at: now), [key])
            _ = agenda.enter(HealthLook(health: notReady.health, limit: nil), of: key, appliedAt: 1, at: now)
            let next = try #require(agenda.next)
            pauses.append(next - now)
            now = next
        }
        #expect(pauses.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        #expect(pauses.sorted() == pauses)
        #expect(pauses.last == HealthAgenda.longestPause)
    }

    @Test("an object whose status never rests is not looked at without end") func busy() {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        var looks = 0
        for step in 0..<600 {
            let now = start + .milliseconds(Int64(step) * 100)
            agenda.touch(key, at: now)
            for key in agenda.take(10, at: now) {
                looks += 1
                _ = agenda.enter(notReady, of: key, appliedAt: 1, at: now)
            }
        }
        #expect(looks < 20)
    }

    @Test("what happens during a look is not lost") func during() {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        expectTaken(agenda.take(10, at: start), [key])
        expectTaken(agenda.take(10, at: start), [])
        agenda.touch(key, at: start)
        _ = agenda.enter(HealthLook(health: .ready), of: key, appliedAt: 1, at: start)
        expectTaken(agenda.take(10, at: start), [key])
    }

    @Test("a round is bounded, and who waited longest comes first") func bounded() {
        var agenda = HealthAgenda()
        for number in 0..<100 {
            let key = ObjectKey(kind: "Pod", namespace: "n", name: "p\(number)")
            agenda.touch(key, at: start + .seconds(100 - number))
        }
        let first = agenda.take(10, at: start + .seconds(200))
        #expect(first.map(\.name) == (90..<100).reversed().map { "p\($0)" })
    }

    @Test("an object in progress for longer than its deadline has failed, and says what it last waited for")
    func deadline() {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        func health(_ seconds: Int) -> ObjectHealth {
            let now = start + .seconds(seconds)
            _ = agenda.take(1, at: now)
            return agenda.enter(notReady, of: key, appliedAt: 1, at: now)
        }
        #expect(health(0) == notReady.health)
        #expect(health(599) == notReady.health)
        #expect(agenda.next == start + .seconds(600))
        #expect(
            health(600)
                == .failed(
                    "ProgressDeadlineExceeded: no progress for 600 s; last: LessReady: 0 of 1 replicas are ready"
                )
        )
    }

    @Test("progress and a new apply begin a deadline anew, pods that come and go do not") func progress() {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        func isFailed(_ seconds: Int, height: Int64, apply: UInt64 = 1) -> Bool {
            var look = notReady
            look.height = height
            let health = agenda.enter(look, of: key, appliedAt: apply, at: start + .seconds(seconds))
            if case .failed = health { return true }
            return false
        }
        #expect(!isFailed(0, height: 1))
        #expect(!isFailed(500, height: 2))
        #expect(!isFailed(1_000, height: 1))
        #expect(isFailed(1_100, height: 2))
        #expect(!isFailed(1_200, height: 0, apply: 2))
    }

    @Test("causes are looked for after some seconds, and not more than a number of them in a minute") func causes() {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        let early = agenda.mayLookForCause(of: key, at: start + .seconds(4))
        #expect(!early)
        var asked = 0
        for _ in 0..<200 where agenda.mayLookForCause(of: key, at: start + .seconds(6)) { asked += 1 }
        #expect(asked == HealthAgenda.causesPerMinute)
        let later = agenda.mayLookForCause(of: key, at: start + .seconds(70))
        #expect(later)
    }

    @Test("a cause comes before the object's own words and stays while it is not looked for") func explained() {
        var agenda = HealthAgenda()
        agenda.touch(key, at: start)
        var look = notReady
        look.cause = .found("pod web-1: container app: ImagePullBackOff: no such image")
        let text = "pod web-1: container app: ImagePullBackOff: no such image (LessReady: 0 of 1 replicas are ready)"
        let found = agenda.enter(look, of: key, appliedAt: 1, at: start)
        let kept = agenda.enter(notReady, of: key, appliedAt: 1, at: start)
        look.cause = .none
        let gone = agenda.enter(look, of: key, appliedAt: 1, at: start)
        #expect([found, kept, gone] == [.progressing(text), .progressing(text), notReady.health])
    }
}

@Suite struct ProgressDeadlineTests {
    private func object(_ apiVersion: String, _ kind: String, _ annotation: String? = nil) -> KubernetesObject {
        var object = KubernetesObject(GroupVersionKind(apiVersion: apiVersion, kind: kind), namespace: "n", name: "x")
        if let annotation { object.annotations[Annotation.progressDeadline] = annotation }
        return object
    }

    @Test("a deadline comes from the object, else from its kind") func limits() {
        #expect(ProgressDeadline.limit(of: object("a.b/v1", "C")) == .seconds(600))
        #expect(ProgressDeadline.limit(of: object("a.b/v1", "C", "30")) == .seconds(30))
        #expect(ProgressDeadline.limit(of: object("a.b/v1", "C", "0")) == nil)
        #expect(ProgressDeadline.limit(of: object("a.b/v1", "C", "soon")) == .seconds(600))
        #expect(ProgressDeadline.limit(of: object("cert-manager.io/v1", "Certificate")) == .seconds(1_800))
        var deployment = object("apps/v1", "Deployment")
        deployment.json["spec"] = ["progressDeadlineSeconds": 100]
        #expect(ProgressDeadline.limit(of: deployment) == .seconds(160))
    }

    @Test("only what is on its way can be late") func verdicts() {
        let (start, late) = (UnixTime(seconds: 0), UnixTime(seconds: 9_999))
        for health in [ObjectHealth.ready, .failed("x"), .unknown] {
            #expect(ProgressDeadline.judge(health, since: start, limit: .seconds(1), now: late) == health)
        }
        #expect(ProgressDeadline.judge(.progressing("x"), since: start, limit: nil, now: late) == .progressing("x"))
    }
}

@Suite struct CauseDistanceTests {
    @Test("what others stand on is named before what stands on it") func order() {
        func distance(_ group: String, _ kind: String) -> Int {
            CauseDistance.of(ObjectKey(group: group, kind: kind, name: "x"))
        }
        let chain = [
            distance("", "PersistentVolumeClaim"), distance("external-secrets.io", "ExternalSecret"),
            distance("apps", "Deployment"), distance("helm.toolkit.fluxcd.io", "HelmRelease"),
            distance("networking.k8s.io", "Ingress"),
        ]
        #expect(chain == Array(0..<5))
        #expect(chain.allSatisfy { $0 < CauseDistance.range })
    }
}
