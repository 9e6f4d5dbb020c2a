import Concurrency
import Synchronization
import Testing

/// Many who ask at once, and few reads.
struct BatchedReadsTests {
    /// Reads that are held until they are let go, and what they asked for.
    private final class Reads: Sendable {
        let asked = Mutex<[Set<Int>]>([])
        let begun = Signal()
        let gate = AsyncGate()
        let failure = Mutex<(any Error)?>(nil)

        func read(_ keys: Set<Int>) async throws -> [Int: String] {
            asked.withLock { $0.append(keys) }
            begun.notify()
            return try await gate.withGate {
                if let error = failure.withLock({ $0 }) { throw error }
                return Dictionary(uniqueKeysWithValues: keys.filter { $0 >= 0 }.map { ($0, "value \($0)") })
            }
        }

        func waitForRead(_ number: UInt64) async {
            while begun.version < number { _ = await begun.wait(after: begun.version) }
        }
    }

    private struct Broken: Error {}

    private func waitUntilInLine(_ batches: BatchedReads<Int, String>, _ count: Int) async {
        while batches.waiting < count { await Task.yield() }
    }

    @Test
    func `A question alone is read alone, at once`() async throws {
        let reads = Reads()
        let batches = BatchedReads(read: reads.read)
        #expect(try await batches.value(for: 7) == "value 7")
        #expect(try await batches.value(for: -1) == nil)
        #expect(reads.asked.withLock { $0 } == [[7], [-1]])
    }

    @Test
    func `Questions that come while one is read go together in the next read`() async throws {
        let reads = Reads()
        let batches = BatchedReads(atOnce: 1, read: reads.read)
        try await reads.gate.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { @Sendable () async throws in #expect(try await batches.value(for: 0) == "value 0") }
            await reads.waitForRead(1)
            for key in 1...1_000 {
                group.addTask { @Sendable () async throws in
                    #expect(try await batches.value(for: key) == "value \(key)")
                }
            }
            await waitUntilInLine(batches, 1_000)
            reads.gate.leave()
            try await group.waitForAll()
        }
        let asked = reads.asked.withLock { $0 }
        #expect(asked.map(\.count) == [1, 512, 488])
        #expect(Set(asked.joined()) == Set(0...1_000))
    }

    @Test
    func `A read that fails fails for those who were in it, and for nobody else`() async throws {
        let reads = Reads()
        let batches = BatchedReads(atOnce: 1, read: reads.read)
        reads.failure.withLock { $0 = Broken() }
        try await reads.gate.enter()
        await withTaskGroup(of: Void.self) { group in
            for key in 0..<3 {
                group.addTask { await #expect(throws: Broken.self) { try await batches.value(for: key) } }
            }
            await waitUntilInLine(batches, 2)
            reads.gate.leave()
            await group.waitForAll()
        }
        reads.failure.withLock { $0 = nil }
        #expect(try await batches.value(for: 1) == "value 1")
    }

    @Test
    func `Who reads for others and is cancelled takes nobody along`() async throws {
        let reads = Reads()
        let batches = BatchedReads(atOnce: 1, read: reads.read)
        try await reads.gate.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { @Sendable () async throws in #expect(try await batches.value(for: 0) == "value 0") }
            await reads.waitForRead(1)
            let second = Task { try await batches.value(for: 1) }
            await waitUntilInLine(batches, 1)
            group.addTask { @Sendable () async throws in #expect(try await batches.value(for: 2) == "value 2") }
            await waitUntilInLine(batches, 2)
            // The first in line reads next, for both; it is told to stop before it can.
            second.cancel()
            reads.gate.leave()
            await #expect(throws: CancellationError.self) { try await second.value }
            try await group.waitForAll()
        }
        #expect(batches.waiting == 0)
    }
}
