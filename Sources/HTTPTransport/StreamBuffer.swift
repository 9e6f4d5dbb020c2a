import Synchronization

/// The bytes of a stream between the thread that receives them and the task that reads them.
final class StreamBuffer: Sendable {
    typealias HeadWaiter = UnsafeContinuation<Result<HTTPResponse, HTTPTransportError>, Never>
    typealias ChunkWaiter = UnsafeContinuation<Result<[UInt8]?, HTTPTransportError>, Never>

    private struct State {
        var headWaiter: HeadWaiter?
        var chunkWaiter: ChunkWaiter?
        var bytes: [UInt8] = []
        var isPaused = false
        /// Set once: `.some(nil)` is the end, `.some(error)` a break.
        var end: HTTPTransportError??
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    var isFinished: Bool { state.withLock { $0.end != nil } }

    // MARK: - The receiving thread

    func waitForHead(_ continuation: HeadWaiter) {
        state.withLock { $0.headWaiter = continuation }
    }

    func deliver(head: HTTPResponse) {
        let waiter = state.withLock { state in
            defer { state.headWaiter = nil }
            return state.headWaiter
        }
        waiter?.resume(returning: .success(head))
    }

    /// Takes `bytes`, or refuses them (`false`) until `take` asks for the transfer to be resumed.
    func deliver(_ bytes: UnsafeRawBufferPointer) -> Bool {
        enum Outcome {
            case refused, kept
            case handed(ChunkWaiter)
        }
        let outcome = state.withLock { state -> Outcome in
            if let waiter = state.chunkWaiter {
                state.chunkWaiter = nil
                return .handed(waiter)
            }
            guard state.bytes.isEmpty || state.bytes.count + bytes.count <= limit else {
                state.isPaused = true
                return .refused
            }
            state.bytes.append(contentsOf: bytes)
            return .kept
        }
        switch outcome {
        case .refused: return false
        case .kept: return true
        case .handed(let waiter):
            waiter.resume(returning: .success(Array(bytes)))
            return true
        }
    }

    /// Ends the stream; `nil` is a complete body.
    func finish(_ error: HTTPTransportError?) {
        let (head, chunk) = state.withLock { state -> (HeadWaiter?, ChunkWaiter?) in
            guard state.end == nil else { return (nil, nil) }
            state.end = .some(error)
            defer { (state.headWaiter, state.chunkWaiter) = (nil, nil) }
            return (state.headWaiter, state.chunkWaiter)
        }
        if let error {
            head?.resume(returning: .failure(error))
            chunk?.resume(returning: .failure(error))
        } else {
            chunk?.resume(returning: .success(nil))
        }
    }

    // MARK: - The reader

    /// Answers `continuation` now or later; returns whether a paused transfer has to be resumed.
    func take(_ continuation: ChunkWaiter) -> Bool {
        let (answer, resumes) = state.withLock { state -> (Result<[UInt8]?, HTTPTransportError>?, Bool) in
            if !state.bytes.isEmpty {
                let bytes = state.bytes
                state.bytes = []
                defer { state.isPaused = false }
                return (.success(bytes), state.isPaused)
            }
            if let end = state.end {
                return (end.map { .failure($0) } ?? .success(nil), false)
            }
            state.chunkWaiter = continuation
            return (nil, false)
        }
        if let answer { continuation.resume(returning: answer) }
        return resumes
    }
}
