import Concurrency
import Logging

/// Runs a pass whenever something is due, and again with growing pauses while something is not done.
struct PassLoop: Sendable {
    /// How long it must be quiet before the records are written to disk and memory is given back.
    private static let quiet = Duration.seconds(2)

    let reconciler: Reconciler
    let environment: AgentEnvironment
    let logger: Logger

    func run() async {
        var backoff = Backoff(base: .seconds(1), cap: .seconds(60))
        var wanted: UInt64 = 0
        while true {
            // Taken before anything is asked, so that no notification falls in between.
            let seen = reconciler.work.version
            if await reconciler.isStopping { return }
            let version = await reconciler.desiredVersion
            if version != wanted { backoff.reset() }
            wanted = version
            let log = await reconciler.pass()
            show(log)
            let retry = log.needsRetry ? environment.next(&backoff) : nil
            let pause = [retry, log.recheck].compactMap(\.self).min()
            if !log.needsRetry { backoff.reset() }
            await waitForWork(after: seen, atMost: pause)
        }
    }

    private func waitForWork(after seen: UInt64, atMost pause: Duration?) async {
        if await waited(Self.quiet, after: seen, pause: pause) { return }
        await reconciler.keepRecords()
        await reconciler.layers.release()
        Memory.trim()
        guard let pause else {
            _ = await reconciler.work.wait(after: seen)
            return
        }
        if pause > Self.quiet { _ = await waited(pause - Self.quiet, after: seen, pause: nil) }
    }

    /// Whether there is work, or the shorter of the two times passed and was the pause.
    private func waited(_ limit: Duration, after seen: UInt64, pause: Duration?) async -> Bool {
        let time = min(limit, pause ?? limit)
        let isWork = await withTaskGroup(of: Bool.self) { group in
            group.addTask { [work = reconciler.work] in await work.wait(after: seen) > seen }
            group.addTask { [environment] in
                try? await environment.sleep(time)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        return isWork || (pause.map { $0 <= limit } ?? false)
    }

    private func show(_ log: PassLog) {
        guard log.applied + log.failed + log.pruned > 0 || log.obstacle != nil else { return }
        logger.info(
            "A pass ended",
            metadata: [
                "applied": "\(log.applied)", "failed": "\(log.failed)", "waiting": "\(log.waiting)",
                "pruned": "\(log.pruned)", "held": "\(log.held)", "obstacle": "\(log.obstacle ?? "")",
            ]
        )
    }
}
