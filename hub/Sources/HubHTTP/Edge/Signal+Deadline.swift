import Concurrency
import ServiceLifecycle

extension Signal {
    /// Waits for a newer version than `after`, at most for `limit`.
    ///
    /// A hub that is stopping ends every wait at once: otherwise each poll would hold it up for as long as it may last.
    ///
    /// - Returns: whether it came; false when the time was up, the hub is stopping or the task was cancelled.
    func waits(after version: UInt64, atMost limit: Duration) async -> Bool {
        // Who waits for news does no work, and must not keep others from theirs.
        AdmissionPermit.current?.release()
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.wait(after: version) > version }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            group.addTask {
                try? await gracefulShutdown()
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
