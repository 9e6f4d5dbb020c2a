import Concurrency
import Kubernetes

extension Reconciler {
    /// How many objects one round looks at, and how many at once: little while a pass needs the connections.
    private var healthBounds: (round: Int, concurrency: Int) { isPassing ? (16, 2) : (64, 8) }

    func queueHealth(_ key: ObjectKey) {
        health.touch(key, at: environment.now())
        healthDue.notify()
    }

    /// Looks at the objects whose health may have changed, a round of them.
    ///
    /// - Returns: how long nothing is due unless something happens; `nil` when nothing waits at all.
    package func checkHealth() async -> Duration? {
        let bounds = healthBounds
        var rest = health.take(bounds.round, at: environment.now())[...]
        await withTaskGroup(of: (ObjectKey, HealthLook?).self) { group in
            var running = 0
            while true {
                while running < bounds.concurrency, let key = rest.popFirst() {
                    guard let record = records[key], record.state == .applied, !isStopping else {
                        health.forget(key)
                        continue
                    }
                    let findingCause = health.mayLookForCause(of: key, at: environment.now())
                    group.addTask { [cluster] in
                        (key, await cluster.look(at: key, record.apiVersion, findingCause: findingCause))
                    }
                    running += 1
                }
                guard let (key, look) = await group.next() else { return }
                running -= 1
                enter(look, of: key)
            }
        }
        return health.next.map { max(.zero, $0 - environment.now()) }
    }

    private func enter(_ look: HealthLook?, of key: ObjectKey) {
        guard let record = records[key], record.state == .applied else {
            health.forget(key)
            return
        }
        guard let look else {
            health.postpone(key, at: environment.now())
            return
        }
        let found = health.enter(look, of: key, appliedAt: record.appliedAt, at: environment.now())
        guard record.health != found else { return }
        records[key]?.health = found
        touchedRecords = true
        news.notify()
    }
}
