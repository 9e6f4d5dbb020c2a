import Concurrency
import Synchronization
import Testing

/// Many who write at once, and few writes.
struct BatchedWritesTests {
    private struct Item: Hashable, Sendable {
        let key: String
        let number: Int
    }

    private struct Broken: Error {}

    /// Writes that are held until they are let go, and what they wrote.
    private final class Writes: Sendable {
        let written = Mutex<[[Int]]>([])
        let begun = Signal()
        let gate = AsyncGate()
        let failure = Mutex<(any Error)?>(nil)

        /// Writes all but negative numbers.
        func write(_ items: [Item]) async throws -> [Result<Int, any Error>] {
            written.withLock { $0.append(items.map(\.number)) }
            begun.notify()
            return try await gate.withGate {
                if let error = failure.withLock({ $0 }) { throw error }
                return items.map { $0.number < 0 ? .failure(Broken()) : .success($0.number * 10) }
            }
        }

        func waitForWrite(_ number: UInt64) async {
            while begun.version < number { _ = await begun.wait(after: begun.version) }
        }
    }

    private func batches(_ writes: Writes, limit: Int = 64, waiting: Int = 4_096) -> BatchedWrites<Item, Int> {
        BatchedWrites(limit: limit, atOnce: 1, maximumWaiting: waiting, key: \.key, write: writes.write)
    }

    private func item(_ number: Int, key: String? = nil) -> Item { Item(key: key ?? "\(number)", number: number) }

    private func waitUntilInLine(_ batches: BatchedWrites<Item, Int>, _ count: Int) async {
        while batches.waiting < count { await Task.yield() }
    }

    /// Lets `items` come one after the other while the write of 0 is under way, and then lets it go on.
    private func run(
        _ items: [Item],
        _ batches: BatchedWrites<Item, Int>,
        _ writes: Writes,
        _ check: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        try await writes.gate.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await batches.write(Item(key: "first", number: 0)) }
            await writes.waitForWrite(1)
            for (count, item) in items.enumerated() {
                group.addTask { try await check(item) }
                await waitUntilInLine(batches, count + 1)
            }
            writes.gate.leave()
            try await group.waitForAll()
        }
    }

    @Test
    func `What comes alone is written alone, at once`() async throws {
        let writes = Writes()
        let batches = batches(writes)
        #expect(try await batches.write(item(7)) == 70)
        await #expect(throws: Broken.self) { try await batches.write(item(-1)) }
        #expect(writes.written.withLock { $0 } == [[7], [-1]])
    }

    @Test
    func `What comes while one is written goes together in the next write, in its order and within the bound`()
        async throws
    {
        let writes = Writes()
        let batches = batches(writes, limit: 4)
        try await run((1...10).map { item($0) }, batches, writes) { @Sendable (item: Item) async throws in
            #expect(try await batches.write(item) == item.number * 10)
        }
        #expect(writes.written.withLock { $0 } == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9, 10]])
    }

    @Test
    func `Of one key at most one is in a write, and they keep their order`() async throws {
        let writes = Writes()
        let batches = batches(writes)
        let items = [item(1, key: "a"), item(2, key: "a"), item(3, key: "b"), item(4, key: "a"), item(5, key: "b")]
        try await run(items, batches, writes) { @Sendable (item: Item) async throws in
            #expect(try await batches.write(item) == item.number * 10)
        }
        #expect(writes.written.withLock { $0 } == [[0], [1, 3], [2, 5], [4]])
    }

    @Test
    func `One that is bad fails alone, and a write that fails fails for those who were in it`() async throws {
        let writes = Writes()
        let batches = batches(writes)
        try await run([item(1), item(-2), item(3)], batches, writes) { @Sendable (item: Item) async throws in
            guard item.number > 0 else {
                await #expect(throws: Broken.self) { try await batches.write(item) }
                return
            }
            #expect(try await batches.write(item) == item.number * 10)
        }
        writes.failure.withLock { $0 = Broken() }
        try await run([item(1), item(2)], batches, writes) { @Sendable (item: Item) async throws in
            await #expect(throws: Broken.self) { try await batches.write(item) }
        }
        writes.failure.withLock { $0 = nil }
        #expect(try await batches.write(item(1)) == 10)
    }

    @Test
    func `Whoever comes when too many wait is refused at once`() async throws {
        let writes = Writes()
        let batches = batches(writes, waiting: 2)
        try await writes.gate.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { @Sendable () async throws in #expect(try await batches.write(item(0)) == 0) }
            await writes.waitForWrite(1)
            for number in 1...2 {
                group.addTask { @Sendable () async throws in
                    #expect(try await batches.write(item(number)) == number * 10)
                }
            }
            await waitUntilInLine(batches, 2)
            await #expect(throws: LineFull.self) { try await batches.write(item(3)) }
            writes.gate.leave()
            try await group.waitForAll()
        }
    }

    @Test
    func `Who writes for others and is cancelled takes nobody along`() async throws {
        let writes = Writes()
        let batches = batches(writes)
        try await writes.gate.enter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { @Sendable () async throws in #expect(try await batches.write(item(0)) == 0) }
            await writes.waitForWrite(1)
            let second = Task { try await batches.write(item(1)) }
            await waitUntilInLine(batches, 1)
            group.addTask { @Sendable () async throws in #expect(try await batches.write(item(2)) == 20) }
            await waitUntilInLine(batches, 2)
            // The first in line writes next, for both; it is told to stop before it can.
            second.cancel()
            writes.gate.leave()
            await #expect(throws: CancellationError.self) { try await second.value }
            try await group.waitForAll()
        }
        #expect(batches.waiting == 0)
    }
}
