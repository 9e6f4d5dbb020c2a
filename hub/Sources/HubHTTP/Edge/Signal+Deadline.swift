import Concurrency
import ServiceLifecycle

extension Signal {
    /// Waits for a newer version than `after`, at most for `limit`.
    ///
    /// A hub that is stopping ends every wait at once: otherwise each would hold it up for as long as it may last. A wait has no
    /// task beside its own.
    ///
    /// - Returns: whether it came; false when the time was up, the hub is stopping or the task was cancelled.
    func waits(after version: UInt64, atMost limit: Duration) async -> Bool {
        // Who waits for news does no work, and must not keep others from theirs.
        AdmissionPermit.current?.release()
        let place = reservePlace()
        CoarseTimer.shared.call(in: limit) { [weak self] in self?.leave(place) }
        if let exchange = Exchange.current {
            let wait = exchange.beginWait { self.leave(place) }
            defer { exchange.endWait(wait) }
            return await self.wait(after: version, in: place) > version
        }
        return await withGracefulShutdownHandler {
            await wait(after: version, in: place) > version
        } onGracefulShutdown: {
            self.leave(place)
        }
    }
}
