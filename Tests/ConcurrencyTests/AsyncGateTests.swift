import Concurrency
import Synchronization
import Testing

@Suite struct AsyncGateTests {
    private final class Order: Sendable {
        let entries = Mutex<[Int]>([])
    }

    @Test func `only one holder is inside and the others go in the order they came`() async throws {
        let gate = AsyncGate()
        let order = Order()
        try await gate.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask {
                    try await gate.withGate { order.entries.withLock { $0.append(index) } }
                }
                while gate.waiting <= index { await Task.yield() }
            }
            gate.leave()
            try await group.waitForAll()
        }
        #expect(order.entries.withLock { $0 } == Array(0..<20))
        #expect(gate.waiting == 0)
    }

    @Test func `a cancelled waiter leaves the line and the gate still opens`() async throws {
        let gate = AsyncGate()
        try await gate.enter()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await gate.enter()
                    return false
                } catch {
                    return true
                }
            }
            while gate.waiting == 0 { await Task.yield() }
            group.cancelAll()
            #expect(await group.next() == true)
        }
        gate.leave()
        try await gate.enter()
        gate.leave()
    }

    @Test func `a body that throws opens the gate`() async throws {
        let gate = AsyncGate()
        await #expect(throws: DeadlineExceeded.self) {
            try await gate.withGate { throw DeadlineExceeded(limit: .zero) }
        }
        try await gate.withGate {}
    }
}
