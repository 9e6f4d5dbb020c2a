import Hummingbird
import NIOCore

/// A request's body on its way from the connection's loop to the task that reads it.
///
/// The task's demand decides how much is read from the socket.
final class BodyFeed {
    private typealias Strategy = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark
    private typealias Producer = NIOThrowingAsyncSequenceProducer<ByteBuffer, any Error, Strategy, Demand>

    /// What the reader wants, told on the reader's thread.
    private struct Demand: NIOAsyncSequenceProducerDelegate {
        let onDemand: @Sendable () -> Void
        let onEnd: @Sendable () -> Void

        func produceMore() { onDemand() }
        func didTerminate() { onEnd() }
    }

    /// How many pieces wait for the reader, of what the connection reads at once.
    private static let pieces = (fewest: 2, most: 10)

    /// What the request is given.
    let body: RequestBody
    private let source: Producer.Source
    /// Whether the reader takes more.
    private(set) var isWanted = true

    /// `onDemand` and `onEnd` are called on whatever thread: the reader takes more again, or nothing any more.
    init(onDemand: @escaping @Sendable () -> Void, onEnd: @escaping @Sendable () -> Void) {
        let made = Producer.makeSequence(
            backPressureStrategy: Strategy(lowWatermark: Self.pieces.fewest, highWatermark: Self.pieces.most),
            finishOnDeinit: true,
            delegate: Demand(onDemand: onDemand, onEnd: onEnd)
        )
        source = made.source
        body = RequestBody(asyncSequence: made.sequence)
    }

    func put(_ bytes: ByteBuffer) {
        if source.yield(bytes) == .stopProducing { isWanted = false }
    }

    /// The reader takes more again.
    func wantMore() { isWanted = true }

    /// The body is whole.
    func finish() { source.finish() }

    /// The body ends before it is whole.
    func fail(_ error: any Error) { source.finish(error) }
}
