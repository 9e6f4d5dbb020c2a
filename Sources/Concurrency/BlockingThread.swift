import Glibc

/// A thread of its own for work that blocks, which a task must not do.
package enum BlockingThread {
    /// The system gives no more threads.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    private final class Job: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }

    /// Begins `work`; the thread ends with it, and nobody waits for that.
    ///
    /// - Throws: `Unavailable`; then `work` is not done.
    package static func start(_ work: @escaping @Sendable () -> Void) throws(Unavailable) {
        let job = Unmanaged.passRetained(Job(work))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Job>.fromOpaque(context).takeRetainedValue().work()
                return nil
            },
            job.toOpaque()
        )
        guard code == 0 else {
            job.release()
            throw Unavailable(description: String(cString: strerror(code)))
        }
        pthread_detach(thread)
    }
}
