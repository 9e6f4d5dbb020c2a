/// An answer whose body is still coming: an asynchronous sequence of chunks for one reader.
///
/// A slow reader makes the peer wait: no more than the client's `streamBufferBytes` are held. The request is abandoned
/// when the last reference is gone, on `cancel()`, or when the reading task is cancelled.
package final class HTTPResponseStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPTransportError

    /// The status and headers; `body` is empty.
    package let head: HTTPResponse
    private let buffer: StreamBuffer
    private let transfer: Transfer
    private let mailbox: Mailbox
    /// Held, because the thread ends with its last client.
    private let client: HTTPClient

    init(head: HTTPResponse, buffer: StreamBuffer, transfer: Transfer, mailbox: Mailbox, client: HTTPClient) {
        self.head = head
        self.buffer = buffer
        self.transfer = transfer
        self.mailbox = mailbox
        self.client = client
    }

    deinit {
        cancel()
    }

    package var status: Int { head.status }

    package var isSuccess: Bool { head.isSuccess }

    /// Abandons the request; a waiting reader gets `cancelled`.
    package func cancel() {
        guard !buffer.isFinished else { return }
        mailbox.post(.cancel(transfer))
    }

    /// The next bytes, `nil` after the last.
    ///
    /// - Throws: `HTTPTransportError` when the answer broke off; `cancelled` when the task was cancelled.
    package func next() async throws(HTTPTransportError) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if buffer.take(continuation) { mailbox.post(.resume(transfer)) }
            }
        } onCancel: {
            mailbox.post(.cancel(transfer))
        }
        return try result.get()
    }

    /// Reads the rest of the body.
    ///
    /// - Throws: `HTTPTransportError`; `tooLarge` beyond `maximumBytes`.
    package func collect(maximumBytes: Int) async throws(HTTPTransportError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try await next() {
            bytes += chunk
            if bytes.count > maximumBytes {
                cancel()
                throw .tooLarge(limit: maximumBytes, url: transfer.request.url)
            }
        }
        return bytes
    }

    package func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    /// Reads from the stream it was made of.
    package struct Iterator: AsyncIteratorProtocol {
        let stream: HTTPResponseStream

        package func next() async throws(HTTPTransportError) -> [UInt8]? { try await stream.next() }

        package func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPTransportError) -> [UInt8]? {
            try await stream.next()
        }
    }
}
