import Bundles
import Concurrency
import Values

/// Works out what a change would do to a whole fleet, from compiled bundles and without asking any cluster.
///
/// It has a compiler and a memory of its own and makes one plan at a time, so that the publisher is not disturbed. What
/// clusters share is compiled and compared once: the cost is that of the distinct inputs, not of the clusters.
package final class FleetPreview: Sendable {
    /// How much may stand in line or be shown.
    package struct Limits: Sendable {
        /// How many plans wait for their turn; more are refused.
        package var waiting = 8
        /// How long one plan may take.
        package var duration = Duration.seconds(60)
        /// How many changes one plan tells in full.
        package var changes = 20_000
        /// What the compiler remembers of the plans before, of each kind of part.
        package var memoryBytes = 64 * 1024 * 1024

        package init() {}
    }

    /// Why there is no plan.
    package enum Refusal: Error, Hashable, Sendable {
        /// Others stand in line already.
        case busy
        /// It takes too long.
        case tooLong(Duration)
    }

    private let limits: Limits
    private let compiler: BundleCompiler
    private let gate = AsyncGate()

    package init(limits: Limits = Limits()) {
        self.limits = limits
        compiler = BundleCompiler(maximumBytes: limits.memoryBytes)
    }

    /// The plan of `input`.
    ///
    /// - Throws: `Refusal`; `BundleError` when a compiled object is no object; `CancellationError`.
    package func plan(_ input: PreviewInput) async throws -> FleetPlan {
        guard gate.waiting < limits.waiting else { throw Refusal.busy }
        try await gate.enter()
        defer { gate.leave() }
        let start = ContinuousClock.now
        var plan = PlanDraft(input, compiler: compiler, limits: limits)
        for (number, cluster) in input.clusters.enumerated() {
            // Between clusters others may go on: a plan is long work on the threads that everything shares.
            if number % 8 == 7 { await Task.yield() }
            try Task.checkCancellation()
            guard start.duration(to: .now) < limits.duration else { throw Refusal.tooLong(limits.duration) }
            try plan.add(cluster)
        }
        return plan.finished()
    }

    /// How many parts were compiled, for tests that nothing is compiled twice.
    var compiledParts: Int { compiler.compiledParts }
}
