import Concurrency
import Synchronization

/// Computes password hashes off the cooperative pool, a few at once.
///
/// Each takes tens of megabytes and a good part of a second, by intent. Whoever asks for more than the hub can bear is
/// told to come back, so that a flood of sign-ins costs the fleet neither memory nor the processors.
package final class PasswordHasher: Sendable {
    /// Computes one after another, on a thread of its own.
    private actor Worker {
        private let executor = SerialQueueExecutor(label: "otomi.passwords")

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func run<Value: Sendable>(_ work: @Sendable () throws(StoreError) -> Value) throws -> Value {
            try Task.checkCancellation()
            return try work()
        }
    }

    private struct Load {
        var pending = 0
        var next = 0
    }

    let parameters: PasswordHash.Parameters
    private let workers: [Worker]
    private let maximumPending: Int
    private let load = Mutex(Load())

    /// - Parameters:
    ///   - parameters: the work that new hashes take.
    ///   - width: how many are computed at once.
    ///   - maximumPending: how many may be asked for before others are turned away.
    init(parameters: PasswordHash.Parameters, width: Int = 2, maximumPending: Int = 32) {
        self.parameters = parameters
        self.maximumPending = maximumPending
        workers = (0..<max(1, width)).map { _ in Worker() }
    }

    /// As strong as is advised today: at most 128 MiB and two threads.
    package static func standard() -> PasswordHasher { PasswordHasher(parameters: .standard) }

    /// Quick and weak, for tests only.
    package static func quick(maximumPending: Int = 32) -> PasswordHasher {
        PasswordHasher(
            parameters: PasswordHash.Parameters(logRounds: 4, blockSize: 1, parallelism: 1),
            maximumPending: maximumPending
        )
    }

    /// The stored form of a password.
    ///
    /// - Throws: `StoreError.Code.overloaded`, or `CancellationError`.
    func hash(_ password: String) async throws -> String {
        try await compute { [parameters] () throws(StoreError) in
            try PasswordHash(of: password, parameters).text
        }
    }

    /// Whether a password is the one whose stored form is `stored`.
    ///
    /// Without one, the answer is no, and takes as long: nobody learns from the time whether a name exists.
    ///
    /// - Throws: `StoreError.Code.overloaded`, or `CancellationError`.
    func isRight(_ password: String, stored: String?) async throws -> Bool {
        let hash = stored.flatMap(PasswordHash.init) ?? .unmatched(parameters)
        return try await compute { () throws(StoreError) in try hash.matches(password) }
    }

    /// Whether a stored form was made with other parameters than new ones are.
    func isOutdated(_ stored: String) -> Bool { PasswordHash(stored)?.parameters != parameters }

    private func compute<Value: Sendable>(_ work: @Sendable () throws(StoreError) -> Value) async throws -> Value {
        let worker = load.withLock { load -> Worker? in
            guard load.pending < maximumPending else { return nil }
            load.pending += 1
            load.next = (load.next + 1) % workers.count
            return workers[load.next]
        }
        guard let worker else {
            throw StoreError(.overloaded, "too many people sign in at this moment: try again in a few seconds")
        }
        defer { load.withLock { $0.pending -= 1 } }
        return try await worker.run(work)
    }
}
