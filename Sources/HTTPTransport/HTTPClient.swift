/// Sends HTTP requests through libcurl on one thread of its own.
///
/// A client has one TLS configuration; connections are kept and reused. `send` and `stream` may be called from any
/// number of tasks. Cancelling the task abandons the request at once. The thread ends with `shutDown()`, or when the
/// last client that uses it is gone.
package final class HTTPClient: Sendable {
    /// What holds for every request of one client.
    package struct Configuration: Sendable {
        /// Where a proxy's address comes from.
        package enum Proxy: Hashable, Sendable {
            /// `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`; loopback addresses are always reached directly.
            case environment
            case none
        }

        package var tls: TLSConfiguration
        /// Defaults to 10 seconds.
        package var connectTimeout: Duration
        /// How many `send`s run at once towards one host; more of them wait.
        ///
        /// Streams are not counted. Defaults to `16`.
        package var maximumConcurrentRequestsPerHost: Int
        /// How many requests may wait for a turn; more fail at once.
        ///
        /// Defaults to `65536`.
        package var maximumWaitingRequests: Int
        /// How many idle connections are kept.
        ///
        /// Defaults to `32`.
        package var maximumIdleConnections: Int
        /// How many bytes of a stream are held for a slow reader before the peer is made to wait.
        ///
        /// Defaults to 256 KiB.
        package var streamBufferBytes: Int
        /// Whether HTTP/2 is offered over TLS.
        ///
        /// Defaults to `false`: sixteen HTTP/1.1 connections are no slower.
        package var usesHTTP2: Bool
        /// Whether answers may come compressed; then a small answer may become a large one.
        ///
        /// Defaults to `true`. Where it is off, a compressed body stays as it came.
        package var acceptsCompression: Bool
        /// Whether link-local addresses, and those where clouds serve the credentials of their machines, are not connected to.
        ///
        /// For addresses that others name; it looks at what a name resolves to. Defaults to `false`.
        package var refusesLinkLocal = false
        package var proxy: Proxy
        package var userAgent: String

        package init(
            tls: TLSConfiguration = .system,
            connectTimeout: Duration = .seconds(10),
            maximumConcurrentRequestsPerHost: Int = 16,
            maximumWaitingRequests: Int = 65536,
            maximumIdleConnections: Int = 32,
            streamBufferBytes: Int = 256 << 10,
            usesHTTP2: Bool = false,
            acceptsCompression: Bool = true,
            proxy: Proxy = .environment,
            userAgent: String = "otomi"
        ) {
            self.tls = tls
            self.connectTimeout = connectTimeout
            self.maximumConcurrentRequestsPerHost = maximumConcurrentRequestsPerHost
            self.maximumWaitingRequests = maximumWaitingRequests
            self.maximumIdleConnections = maximumIdleConnections
            self.streamBufferBytes = streamBufferBytes
            self.usesHTTP2 = usesHTTP2
            self.acceptsCompression = acceptsCompression
            self.proxy = proxy
            self.userAgent = userAgent
        }
    }

    package let configuration: Configuration
    private let loop: TransferLoop
    private let template: HandleTemplate

    /// Makes a client with a thread of its own.
    ///
    /// - Throws: `HTTPTransportError` with code `other` when libcurl or the thread cannot be started.
    package convenience init(configuration: Configuration = Configuration()) throws(HTTPTransportError) {
        let loop = try TransferLoop(maximumIdleConnections: configuration.maximumIdleConnections)
        self.init(configuration: configuration, loop: loop)
    }

    /// Makes a client that uses the thread of `other`, for a second peer with other TLS settings at no second thread.
    package convenience init(configuration: Configuration, sharingThreadOf other: HTTPClient) {
        self.init(configuration: configuration, loop: other.loop)
    }

    private init(configuration: Configuration, loop: TransferLoop) {
        self.configuration = configuration
        self.loop = loop
        self.template = HandleTemplate(configuration)
    }

    deinit {
        loop.mailbox.post(.release(template))
    }

    /// Sends `request` and reads the whole answer.
    ///
    /// - Throws: `HTTPTransportError`; `cancelled` when the task was cancelled.
    package func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let transfer = Transfer(request, template: template)
        let mailbox = loop.mailbox
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                transfer.receiver = .whole(continuation)
                if !mailbox.post(.start(transfer)) {
                    continuation.resume(returning: .failure(.clientShutDown(url: request.url)))
                }
            }
        } onCancel: {
            mailbox.post(.cancel(transfer))
        }
        return try result.get()
    }

    /// Sends `request` and returns as soon as the head of the answer is there; the body is read from the result.
    ///
    /// The request's timeout covers the whole stream: give `nil` for one without end, and a `minimumRate` to notice a
    /// dead peer.
    ///
    /// - Throws: `HTTPTransportError`; `cancelled` when the task was cancelled.
    package func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponseStream {
        let buffer = StreamBuffer(limit: configuration.streamBufferBytes)
        let transfer = Transfer(request, template: template)
        let mailbox = loop.mailbox
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                transfer.receiver = .stream(buffer)
                buffer.waitForHead(continuation)
                if !mailbox.post(.start(transfer)) { buffer.finish(.clientShutDown(url: request.url)) }
            }
        } onCancel: {
            mailbox.post(.cancel(transfer))
        }
        let head = try result.get()
        return HTTPResponseStream(head: head, buffer: buffer, transfer: transfer, mailbox: mailbox, client: self)
    }

    /// Fails what is under way with `shutDown`, closes every connection and ends the thread; returns when that is done.
    ///
    /// Clients that share the thread are shut down with it.
    package func shutDown() async {
        await loop.shutDown()
    }
}
