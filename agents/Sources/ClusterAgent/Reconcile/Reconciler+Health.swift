import Concurrency
import Kubernetes

extension Reconciler {
    func queueHealth(_ key: ObjectKey) {
        healthQueue.insert(key)
        healthDue.notify()
    }

    /// Looks at the objects whose health may have changed.
    ///
    /// - Returns: whether some are still not ready and should be looked at again.
    package func checkHealth() async -> Bool {
        let due = healthQueue.filter { records[$0]?.state == .applied }
        healthQueue = []
        await withTaskGroup(of: (ObjectKey, ObjectHealth?).self) { group in
            var rest = due.sorted()[...]
            var running = 0
            while true {
                while running < Self.concurrency, !isStopping, let key = rest.popFirst(), let record = records[key] {
                    group.addTask { [cluster] in (key, await cluster.health(of: key, record.apiVersion)) }
                    running += 1
                }
                guard let (key, health) = await group.next() else { return }
                running -= 1
                if let health, records[key]?.state == .applied, records[key]?.health != health {
                    records[key]?.health = health
                    touchedRecords = true
                    news.notify()
                }
                if records[key]?.health != .ready { healthQueue.insert(key) }
            }
        }
        return !healthQueue.isEmpty
    }
}
