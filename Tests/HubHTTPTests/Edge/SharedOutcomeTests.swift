import Concurrency
import Synchronization
import Testing

@testable import HubHTTP

@Suite struct SharedOutcomeTests {
    private struct Failure: Error {}

    @Test func `whoever asks at the same time or a moment later shares one outcome`() async throws {
        let count = Mutex(0)
        let release = Signal()
        let shared = SharedOutcome(for: .seconds(3_600)) {
            let number = count.withLock { count in
                count += 1
                return count
            }
            _ = await release.wait(after: 0)
            return number
        }
        try await withDeadline(.seconds(30)) {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await shared.value() } }
                release.notify()
                for try await number in group { #expect(number == 1) }
            }
        }
        #expect(try await shared.value() == 1)
    }

    @Test func `a failure is shared as well, and after its moment the work is done anew`() async throws {
        let count = Mutex(0)
        let fail: @Sendable () async throws -> Void = {
            count.withLock { $0 += 1 }
            throw Failure()
        }
        let lasting = SharedOutcome(for: .seconds(3_600), fail)
        for _ in 0..<3 { await #expect(throws: Failure.self) { try await lasting.value() } }
        #expect(count.withLock { $0 } == 1)
        let fleeting = SharedOutcome(for: .zero, fail)
        for _ in 0..<3 { await #expect(throws: Failure.self) { try await fleeting.value() } }
        #expect(count.withLock { $0 } == 4)
    }
}
