import Synchronization

/// The place of one request among those that work.
///
/// A request that only waits for news gives it up: ten thousand agents wait all the time, and that costs nothing.
final class AdmissionPermit: Sendable {
    /// That of the request whose task this is.
    @TaskLocal static var current: AdmissionPermit?

    private let gate: AdmissionGate
    private let subscriber: [UInt8]?
    private let isHeld = Mutex(true)

    /// `subscriber`: whose request it is by its address; `nil` where many stand behind that.
    init(of gate: AdmissionGate, subscriber: [UInt8]? = nil) {
        self.gate = gate
        self.subscriber = subscriber
    }

    /// Counts that the request's body is waited for.
    ///
    /// - Returns: whom to pass to ``endReceiving(from:)`` when it came; `nil` when it is not counted.
    func beginReceiving(from sender: [UInt8]?) throws(AdmissionGate.Postponement) -> [UInt8]? {
        guard let sender = sender ?? subscriber else { return nil }
        guard gate.bodies.enter(sender) else { throw .body }
        return sender
    }

    func endReceiving(from sender: [UInt8]) { gate.bodies.leave(sender) }

    /// Gives the place back; more than once is no fault.
    func release() {
        let wasHeld = isHeld.withLock { isHeld in
            defer { isHeld = false }
            return isHeld
        }
        if wasHeld { gate.leave() }
    }
}
