package import Dispatch

/// Runs an actor's jobs one after another on a queue of its own, so that blocking calls of a C library never hold
/// a thread of the cooperative pool.
///
/// An actor takes it up by returning `asUnownedSerialExecutor()` from `unownedExecutor`.
package final class SerialQueueExecutor: SerialExecutor {
    /// The queue; event handlers armed on it may `assumeIsolated` on the actor.
    package let queue: DispatchQueue

    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
