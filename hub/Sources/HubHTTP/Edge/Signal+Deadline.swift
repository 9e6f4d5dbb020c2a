import Concurrency

extension Signal {
    /// Waits for a newer version than `after`, at most for `limit`.
    ///
    /// - Returns: whether it came; false when the time was up or the task was cancelled.
    func waits(after version: UInt64, atMost limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.wait(after: version) > version }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
