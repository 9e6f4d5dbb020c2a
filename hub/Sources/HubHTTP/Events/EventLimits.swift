import Concurrency

/// What reading events may cost a replica.
package struct EventLimits: Hashable, Sendable {
    /// How many readers wait at once, streams and long polls together.
    package var readers = 512
    /// How many of them are one caller's.
    package var readersPerCaller = 16
    /// How long a stream is silent at most; below the idle timeouts of common load balancers.
    package var heartbeat: Duration = .seconds(15)
    /// After how long a client of a stream that broke off comes back.
    package var retry: Duration = .seconds(2)

    package init() {}
}
