import Concurrency
import JSON
import Testing

@testable import Kubernetes

@Suite
struct WatchMachineTests {
    private static let type = GroupVersionKind(version: "v1", kind: "ConfigMap")
    private var generator = SystemRandomNumberGenerator()

    private func object(_ name: String, _ version: String) -> KubernetesObject {
        var object = KubernetesObject(Self.type, namespace: "n", name: name)
        object.metadata["resourceVersion"] = .string(version)
        return object
    }

    private func line(_ type: String, _ object: KubernetesObject) -> WatchMachine.Input {
        .line(["type": .string(type), "object": object.json])
    }

    private func machine() -> WatchMachine {
        WatchMachine(type: Self.type, backoff: Backoff(base: .milliseconds(100), cap: .seconds(30)))
    }

    private func pages(_ machine: WatchMachine) -> Bool {
        if case .pause = machine.step { true } else { false }
    }

    @Test
    mutating func `lists page after page, then watches from the list's version`() {
        var machine = machine()
        #expect(machine.step == .list(continueToken: nil))
        let first = ObjectPage(objects: [object("a", "1")], resourceVersion: "9", continueToken: "t")
        #expect(machine.handle(.page(first), using: &generator) == [.listStarted, .listed(object("a", "1"))])
        #expect(machine.step == .list(continueToken: "t"))
        let second = ObjectPage(objects: [object("b", "2")], resourceVersion: "9")
        #expect(machine.handle(.page(second), using: &generator) == [.listed(object("b", "2")), .listFinished])
        #expect(machine.step == .watch(resourceVersion: "9"))
    }

    @Test
    mutating func `events move the version on, bookmarks without being told`() {
        var machine = watching()
        #expect(machine.handle(line("ADDED", object("a", "11")), using: &generator) == [.applied(object("a", "11"))])
        #expect(machine.step == .watch(resourceVersion: "11"))
        #expect(machine.handle(line("MODIFIED", object("a", "12")), using: &generator) == [.applied(object("a", "12"))])
        #expect(machine.handle(line("DELETED", object("a", "13")), using: &generator) == [.deleted(object("a", "13"))])
        #expect(machine.handle(line("BOOKMARK", object("", "40")), using: &generator) == [])
        #expect(machine.step == .watch(resourceVersion: "40"))
    }

    @Test
    mutating func `metadata-only objects get their type back`() {
        var machine = watching()
        var partial = object("a", "11")
        partial.json["kind"] = "PartialObjectMetadata"
        partial.json["apiVersion"] = "meta.k8s.io/v1"
        #expect(machine.handle(line("ADDED", partial), using: &generator) == [.applied(object("a", "11"))])
    }

    @Test
    mutating func `a stream that ended when it was to is opened again at once, another is listed anew after a pause`() {
        var machine = watching()
        #expect(machine.handle(.streamEnded(lasted: .seconds(300), isEarly: false), using: &generator) == [])
        #expect(machine.step == .watch(resourceVersion: "9"))
        #expect(machine.handle(.streamEnded(lasted: .seconds(30), isEarly: true), using: &generator) == [.fellBehind])
        #expect(pages(machine))
        #expect(machine.handle(.pauseOver, using: &generator) == [])
        #expect(machine.step == .list(continueToken: nil))
    }

    @Test
    mutating func `a version that is too old leads to a new list, and is no fault`() {
        let gone: JSONValue = ["kind": "Status", "code": 410, "reason": "Expired", "message": "too old"]
        let inputs: [WatchMachine.Input] = [
            .line(["type": "ERROR", "object": gone]), .failed(KubernetesError(.expired, "too old")),
        ]
        for input in inputs {
            var machine = watching()
            #expect(machine.handle(input, using: &generator) == [.fellBehind])
            #expect(pages(machine))
            #expect(machine.handle(.pauseOver, using: &generator) == [])
            #expect(machine.step == .list(continueToken: nil))
        }
    }

    @Test
    mutating func `a continue token that is too old starts the list over`() {
        var machine = machine()
        let page = ObjectPage(objects: [object("a", "1")], resourceVersion: "9", continueToken: "t")
        _ = machine.handle(.page(page), using: &generator)
        #expect(machine.handle(.failed(KubernetesError(.expired, "old token")), using: &generator) == [.fellBehind])
        _ = machine.handle(.pauseOver, using: &generator)
        #expect(machine.step == .list(continueToken: nil))
        let last = ObjectPage(objects: [], resourceVersion: "10")
        #expect(machine.handle(.page(last), using: &generator) == [.listStarted, .listFinished])
    }

    @Test
    mutating func `a break in the watch goes on from the same version, after the time the server asks for`() {
        var machine = watching()
        let error = KubernetesError(.tooManyRequests, "busy", status: 429, retryAfter: .seconds(5))
        #expect(machine.handle(.failed(error), using: &generator) == [.interrupted(error)])
        guard case .pause(let wait) = machine.step else {
            Issue.record("no pause after a failure")
            return
        }
        #expect(wait >= .seconds(5))
        _ = machine.handle(.pauseOver, using: &generator)
        #expect(machine.step == .watch(resourceVersion: "9"))
    }

    @Test
    mutating func `a server that asks for a day is asked again after half a minute`() {
        var machine = watching()
        let error = KubernetesError(.unavailable, "busy", status: 503, retryAfter: .seconds(86_400))
        _ = machine.handle(.failed(error), using: &generator)
        #expect(machine.step == .pause(.seconds(30)))
    }

    @Test
    mutating func `waits grow with each failure and start over after an event`() {
        let busy = KubernetesError(.unavailable, "busy", status: 503)
        var machine = watching()
        var longest = Duration.zero
        for _ in 0..<30 {
            _ = machine.handle(.failed(busy), using: &generator)
            if case .pause(let wait) = machine.step { longest = max(longest, wait) }
            _ = machine.handle(.pauseOver, using: &generator)
        }
        #expect(longest > .seconds(1) && longest <= .seconds(30))
        _ = machine.handle(line("ADDED", object("a", "11")), using: &generator)
        _ = machine.handle(.failed(busy), using: &generator)
        guard case .pause(let wait) = machine.step else { return }
        #expect(wait <= .milliseconds(100))
    }

    @Test(arguments: [KubernetesError(.unreachable, "away"), KubernetesError(.timeout, "no answer")])
    mutating func `a server that gave no answer is listed anew: it may come back empty or restored`(
        error: KubernetesError
    ) {
        var machine = watching()
        #expect(machine.handle(.failed(error), using: &generator) == [.interrupted(error)])
        #expect(pages(machine))
        _ = machine.handle(.pauseOver, using: &generator)
        #expect(machine.step == .list(continueToken: nil))
        let empty = ObjectPage(objects: [], resourceVersion: "2")
        #expect(machine.handle(.page(empty), using: &generator) == [.listStarted, .listFinished])
        #expect(machine.step == .watch(resourceVersion: "2"))
    }

    @Test
    mutating func `a server that is away is tried again within two seconds, spread over them`() {
        var machine = watching()
        var waits: Set<Duration> = []
        for _ in 0..<30 {
            _ = machine.handle(.failed(KubernetesError(.unreachable, "away")), using: &generator)
            if case .pause(let wait) = machine.step { waits.insert(wait) }
            _ = machine.handle(.pauseOver, using: &generator)
        }
        #expect(waits.count > 20)
        #expect(waits.max() ?? .seconds(9) <= .seconds(2))
    }

    @Test
    mutating func `an older version than the last one tells of a restored server, which is listed anew`() {
        var machine = watching()
        _ = machine.handle(line("ADDED", object("a", "11")), using: &generator)
        #expect(machine.handle(line("BOOKMARK", object("", "4")), using: &generator) == [.fellBehind])
        #expect(machine.step == .list(continueToken: nil))
    }

    private mutating func watching() -> WatchMachine {
        var machine = machine()
        _ = machine.handle(.page(ObjectPage(objects: [], resourceVersion: "9")), using: &generator)
        return machine
    }
}
