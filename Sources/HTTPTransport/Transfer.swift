import CCurl
import Glibc

/// One request on its way through the loop, and where its answer goes.
///
/// SAFETY (`@unchecked Sendable`): `request`, `template` and `deadline` are constants. Everything else is written by
/// the task that makes the transfer until it posts `.start`, and only touched by the loop's thread after that; the
/// mailbox's lock orders the two.
final class Transfer: @unchecked Sendable {
    /// Where the answer goes.
    enum Receiver {
        case none
        case whole(UnsafeContinuation<Result<HTTPResponse, HTTPTransportError>, Never>)
        case stream(StreamBuffer)
    }

    let request: HTTPRequest
    let template: HandleTemplate
    let deadline: ContinuousClock.Instant?
    var receiver = Receiver.none

    // MARK: The loop's thread only

    /// The easy handle while the transfer runs.
    var handle: UnsafeMutableRawPointer?
    var headerList: UnsafeMutablePointer<curl_slist>?
    var errorText: UnsafeMutablePointer<CChar>?
    var isCancelled = false
    var isDone = false
    /// The host whose turn this transfer took.
    var host = ""
    private var head = HTTPResponse(status: 0)
    private var isHeadComplete = false
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(_ request: HTTPRequest, template: HandleTemplate) {
        self.request = request
        self.template = template
        self.deadline = request.timeout.map { .now + $0 }
    }

    var isStream: Bool {
        if case .stream = receiver { true } else { false }
    }

    /// Hands the outcome to whoever waits, once.
    func finish(_ error: HTTPTransportError?) {
        guard !isDone else { return }
        isDone = true
        let receiver = receiver
        self.receiver = .none
        var error = error
        if error == nil, !isHeadComplete {
            error = HTTPTransportError(.protocol, "the answer has no complete head", url: request.url)
        }
        switch receiver {
        case .none: break
        case .stream(let buffer): buffer.finish(error)
        case .whole(let continuation):
            if let error {
                continuation.resume(returning: .failure(error))
            } else {
                head.body = body
                body = []
                continuation.resume(returning: .success(head))
            }
        }
    }

    /// What `code` means for this transfer.
    func error(for code: CURLcode) -> HTTPTransportError {
        if isTooLarge { return .tooLarge(limit: request.maximumResponseBytes, url: request.url) }
        let detail = errorText.map { String(cString: $0) } ?? ""
        return .curl(code, detail: detail, request: request)
    }

    // MARK: - What libcurl calls

    /// Takes one header line; `false` breaks the transfer off.
    func receive(header line: UnsafeRawBufferPointer) -> Bool {
        if line.starts(with: "HTTP/".utf8) {
            head = HTTPResponse(status: Self.status(of: line))
            isHeadComplete = false
            return true
        }
        let trimmed = Self.trimmed(line[...])
        guard !trimmed.isEmpty else {
            completeHead()
            return true
        }
        // After the head, these are trailers; nothing here needs them.
        guard !isHeadComplete, let colon = trimmed.firstIndex(of: UInt8(ascii: ":")) else { return true }
        head.headers.add(
            String(decoding: trimmed[..<colon], as: UTF8.self),
            String(decoding: Self.trimmed(trimmed[(colon + 1)...]), as: UTF8.self)
        )
        return true
    }

    /// Takes bytes of the body and answers libcurl: how many were taken, or that the transfer shall pause.
    func receive(body bytes: UnsafeRawBufferPointer) -> Int {
        switch receiver {
        case .none: return 0
        case .stream(let buffer):
            return buffer.deliver(bytes) ? bytes.count : Int(CURL_WRITEFUNC_PAUSE)
        case .whole:
            guard body.count + bytes.count <= request.maximumResponseBytes else {
                isTooLarge = true
                return 0
            }
            if body.isEmpty { reserveBody(atLeast: bytes.count) }
            body.append(contentsOf: bytes)
            return bytes.count
        }
    }

    private func completeHead() {
        guard !isHeadComplete, head.status >= 200 || head.status == 101 else { return }
        isHeadComplete = true
        if case .stream(let buffer) = receiver { buffer.deliver(head: head) }
    }

    /// Makes room once for a body whose length is announced, within reason: the announcement is not to be trusted.
    private func reserveBody(atLeast count: Int) {
        guard let announced = head.headers["Content-Length"].flatMap({ Int($0) }), announced > count else { return }
        body.reserveCapacity(min(announced, request.maximumResponseBytes, 1 << 20))
    }

    /// The number after the first space of `HTTP/1.1 200 OK`.
    private static func status(of line: UnsafeRawBufferPointer) -> Int {
        line.drop { $0 != UInt8(ascii: " ") }.dropFirst().prefix(3).reduce(0) { value, byte in
            byte >= 0x30 && byte <= 0x39 ? value * 10 + Int(byte - 0x30) : value
        }
    }

    private static func trimmed(_ line: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var line = line
        while let first = line.first, first == 0x20 || first == 0x09 { line = line.dropFirst() }
        while let last = line.last, last == 0x20 || last == 0x09 || last == 0x0D || last == 0x0A {
            line = line.dropLast()
        }
        return line
    }
}
