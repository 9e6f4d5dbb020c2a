import Glibc

extension TimeSource {
    /// The clocks of the machine.
    package static var system: TimeSource {
        let start = ContinuousClock.now
        return TimeSource(
            elapsed: { ContinuousClock.now - start },
            sleep: { duration in try await Task.sleep(for: duration) },
            unixSeconds: { Int64(Glibc.time(nil)) }
        )
    }
}
