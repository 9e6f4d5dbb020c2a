/// Does its work once for everybody who asks within a moment, so that asking often costs no more than asking once.
actor SharedOutcome<Value: Sendable> {
    private let moment: Duration
    private let work: @Sendable () async throws -> Value
    private var last: (outcome: Result<Value, any Error>, until: ContinuousClock.Instant)?
    private var running: Task<Value, any Error>?

    /// `moment`: for how long an outcome is good; one that is no success as well.
    init(for moment: Duration = .seconds(1), _ work: @escaping @Sendable () async throws -> Value) {
        self.moment = moment
        self.work = work
    }

    /// What came out of the work the last time, or comes out of it now.
    ///
    /// - Throws: What the work throws.
    func value() async throws -> Value {
        if let last, ContinuousClock.now < last.until { return try last.outcome.get() }
        if let running { return try await running.value }
        // Not the asker's own task: one who goes away must not spoil it for the others.
        let task = Task { [work] in try await work() }
        running = task
        let outcome = await task.result
        last = (outcome, ContinuousClock.now.advanced(by: moment))
        running = nil
        return try outcome.get()
    }
}
