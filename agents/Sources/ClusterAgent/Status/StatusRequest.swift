/// One request to the status server: only the line that says what is wanted counts.
struct StatusRequest: Hashable, Sendable {
    /// What became of the bytes so far.
    enum Reading: Hashable, Sendable {
        case incomplete
        case request(StatusRequest)
        case refused(StatusAnswer)
    }

    /// The longest request that is read, its header fields included.
    static let maximumBytes = 8 << 10

    let path: String
    /// Whether only the head of the answer is wanted.
    let isHead: Bool

    /// Reads what a client has sent so far.
    static func read(_ bytes: [UInt8]) -> Reading {
        guard isComplete(bytes) else {
            guard bytes.count > maximumBytes else { return .incomplete }
            return .refused(StatusAnswer(status: 431, body: "the request is too long\n"))
        }
        let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].hasPrefix("HTTP/1."), parts[1].hasPrefix("/") else {
            return .refused(StatusAnswer(status: 400, body: "this is no HTTP/1.1 request\n"))
        }
        guard parts[0] == "GET" || parts[0] == "HEAD" else {
            return .refused(StatusAnswer(status: 405, body: "only GET is understood here\n"))
        }
        return .request(
            StatusRequest(path: String(parts[1].prefix { $0 != "?" }), isHead: parts[0] == "HEAD")
        )
    }

    private static func isComplete(_ bytes: [UInt8]) -> Bool {
        let end: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= end.count, bytes.count <= maximumBytes else { return false }
        return bytes.indices.dropLast(end.count - 1).contains { bytes[$0..<($0 + end.count)].elementsEqual(end) }
    }
}
