import Synchronization

/// The place of one request among those that work.
///
/// A request that only waits for news gives it up: ten thousand agents wait all the time, and that costs nothing.
final class AdmissionPermit: Sendable {
    /// That of the request whose task this is.
    @TaskLocal static var current: AdmissionPermit?

    private let gate: AdmissionGate
    private let isHeld = Mutex(true)

    init(of gate: AdmissionGate) {
        self.gate = gate
    }

    /// Gives the place back; more than once is no fault.
    func release() {
        let wasHeld = isHeld.withLock { isHeld in
            defer { isHeld = false }
            return isHeld
        }
        if wasHeld { gate.leave() }
    }
}
