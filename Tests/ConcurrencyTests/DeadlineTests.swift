import Concurrency
import Testing

@Suite struct DeadlineTests {
    @Test func `what ends in time gives its result`() async throws {
        #expect(try await withDeadline(.seconds(60)) { 7 } == 7)
    }

    @Test func `what does not end is cancelled`() async {
        await #expect(throws: DeadlineExceeded(limit: .milliseconds(1))) {
            try await withDeadline(.milliseconds(1)) { try await Task.sleep(for: .seconds(60)) }
        }
    }

    @Test func `the body's own error comes through`() async {
        struct Mine: Error {}
        await #expect(throws: Mine.self) { try await withDeadline(.seconds(60)) { throw Mine() } }
    }
}

@Suite struct SerialQueueExecutorTests {
    private actor Counter {
        let executor = SerialQueueExecutor(label: "otomi.test")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        var count = 0

        func increment() -> Int {
            preconditionIsolated()
            count += 1
            return count
        }
    }

    @Test func `an actor on its own queue keeps its state`() async {
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = await counter.increment() } }
        }
        #expect(await counter.increment() == 101)
    }
}
