import JSON

/// A whole answer of the hub.
struct HubReply: Sendable {
    let status: Int
    /// In how many seconds the hub asks to come again.
    let retryAfter: Int?
    /// The media type, as it came.
    let contentType: String?
    let body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(status) }

    /// What a refusal says.
    var detail: String { (try? JSONValue(parsing: body))?["detail"]?.stringValue ?? "" }
}

/// Why a request of a simulated agent brought nothing.
enum ExchangeFailure: Error {
    /// No answer came.
    case unreachable(String)
    /// The hub said no.
    case refused(HubReply)
    /// The answer was longer than what is taken.
    case tooLong
}
