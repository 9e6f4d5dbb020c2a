import Concurrency
import Testing

@testable import HubHTTP

@Suite struct AdmissionGateTests {
    private static func gate(_ atOnce: Int, _ inLine: Int, _ lateness: Signal) -> AdmissionGate {
        AdmissionGate(AdmissionLimits.Places(atOnce: atOnce, inLine: inLine)) { _ = await lateness.wait(after: 0) }
    }

    private static func whenWaiting(_ count: Int, _ gate: AdmissionGate) async {
        while gate.occupancy.waiting != count { await Task.yield() }
    }

    @Test func `so many work, so many wait, and the others are refused at once`() async throws {
        let gate = Self.gate(2, 1, Signal())
        try await gate.enter()
        try await gate.enter()
        try await withDeadline(.seconds(30)) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gate.enter() }
                await Self.whenWaiting(1, gate)
                await #expect(throws: AdmissionGate.Postponement.full) { try await gate.enter() }
                #expect(gate.occupancy == (inside: 2, waiting: 1))
                gate.leave()
                try await group.waitForAll()
            }
        }
        #expect(gate.occupancy == (inside: 2, waiting: 0))
        gate.leave()
        gate.leave()
        #expect(gate.occupancy == (inside: 0, waiting: 0))
        try await gate.enter()
    }

    @Test func `whoever waited too long is refused and leaves no trace`() async throws {
        let lateness = Signal()
        let gate = Self.gate(1, 8, lateness)
        try await gate.enter()
        try await withDeadline(.seconds(30)) {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { await #expect(throws: AdmissionGate.Postponement.late) { try await gate.enter() } }
                }
                await Self.whenWaiting(8, gate)
                lateness.notify()
            }
        }
        #expect(gate.occupancy == (inside: 1, waiting: 0))
    }

    @Test func `whoever goes away while waiting takes no place`() async throws {
        let gate = Self.gate(1, 8, Signal())
        try await gate.enter()
        try await withDeadline(.seconds(30)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: AdmissionGate.Postponement.cancelled) { try await gate.enter() } }
                await Self.whenWaiting(1, gate)
                group.cancelAll()
            }
        }
        gate.leave()
        #expect(gate.occupancy == (inside: 0, waiting: 0))
    }

    @Test func `a permit is given back once`() async throws {
        let gate = Self.gate(2, 0, Signal())
        try await gate.enter()
        try await gate.enter()
        let permit = AdmissionPermit(of: gate)
        permit.release()
        permit.release()
        #expect(gate.occupancy.inside == 1)
    }

    @Test(arguments: [
        ("/agent/v1/enrol", WorkClass.enrolments), ("/install/v1/abc", .enrolments), ("/agent/v1/report", .agents),
        ("/agent/v1/tuf/timestamp.json", .agents), ("/api/v1/clusters", .people), ("/", .people),
    ])
    func `kinds of work`(_ path: String, _ expected: WorkClass) {
        #expect(WorkClass(path: path) == expected)
    }
}
