package import HTTPTransport
package import JSON

extension KubernetesError {
    /// Reads what an API server answered when it refused: a `Status` object, or text of a proxy in between.
    package init(response: HTTPResponse, operation: String = "") {
        let json = try? JSONValue(parsing: response.body)
        let retryAfter = response.headers["Retry-After"].flatMap { Int64($0) }.map { Duration.seconds($0) }
        if let json, json["kind"]?.stringValue == "Status" {
            self.init(status: json, httpStatus: response.status, retryAfter: retryAfter, operation: operation)
        } else {
            let text = String(decoding: response.body.prefix(300), as: UTF8.self)
            self.init(
                Self.code(httpStatus: response.status, reason: "", causes: []),
                text.isEmpty ? "HTTP status \(response.status)" : "HTTP status \(response.status): \(text)",
                operation: operation,
                status: response.status,
                retryAfter: retryAfter
            )
        }
    }

    /// Reads a `Status` object, as answers and watch events carry it.
    package init(
        status json: JSONValue,
        httpStatus: Int? = nil,
        retryAfter: Duration? = nil,
        operation: String = ""
    ) {
        let details = json["details"]
        let causes = (details?["causes"]?.arrayValue ?? []).map { cause in
            Cause(
                reason: cause["reason"]?.stringValue ?? "",
                message: cause["message"]?.stringValue ?? "",
                field: cause["field"]?.stringValue ?? ""
            )
        }
        let reason = json["reason"]?.stringValue ?? ""
        let code = json["code"]?.integerValue.flatMap { Int(exactly: $0) } ?? httpStatus
        let seconds = details?["retryAfterSeconds"]?.integerValue.flatMap { $0 > 0 ? $0 : nil }
        let message = json["message"]?.stringValue ?? "the server gives no message"
        self.init(
            Self.disguised(message) ?? Self.code(httpStatus: code ?? 0, reason: reason, causes: causes),
            message,
            operation: operation,
            status: code,
            reason: reason,
            causes: causes,
            fieldConflicts: causes.compactMap(Self.fieldConflict),
            retryAfter: seconds.map { .seconds($0) } ?? retryAfter
        )
    }

    /// Says in this error's words why no answer came.
    package init(_ error: HTTPTransportError, operation: String = "") {
        let code: Code =
            switch error.code {
            case .timeout, .slow: .timeout
            case .cancelled: .cancelled
            case .tooLarge, .invalidRequest, .protocol: .malformed
            default: .unreachable
            }
        self.init(code, error.description, operation: operation)
    }

    /// What some servers answer with status 500, although another try will never help.
    private static func disguised(_ message: String) -> Code? {
        if message.contains("failed to create typed patch object") { return .badRequest }
        let isTooLarge = ["etcdserver: request is too large", "trying to send message larger than max"]
        if isTooLarge.contains(where: message.contains) { return .tooLarge }
        return nil
    }

    static func code(httpStatus: Int, reason: String, causes: [Cause]) -> Code {
        switch reason {
        case "AlreadyExists": return .alreadyExists
        case "Conflict":
            return causes.contains { $0.reason == "FieldManagerConflict" } ? .fieldConflict : .conflict
        case "Expired", "Gone": return .expired
        case "Invalid": return .invalid
        case "Timeout", "ServerTimeout": return .timeout
        case "RequestEntityTooLarge": return .tooLarge
        default: break
        }
        switch httpStatus {
        case 400, 405, 406, 415: return .badRequest
        case 401: return .unauthorized
        case 403: return .forbidden
        case 404: return .notFound
        case 409: return .conflict
        case 410: return .expired
        case 413: return .tooLarge
        case 422: return .invalid
        case 429: return .tooManyRequests
        case 408, 504: return .timeout
        case 500...: return .unavailable
        default: return .other
        }
    }

    /// Reads `conflict with "manager" [with subresource "status"] using apps/v1 [at …]`.
    static func fieldConflict(_ cause: Cause) -> FieldConflict? {
        guard cause.reason == "FieldManagerConflict" else { return nil }
        let parts = cause.message.split(separator: "\"", maxSplits: 4, omittingEmptySubsequences: false)
        let isOfSubresource = parts.count == 5 && parts[2] == " with subresource "
        return FieldConflict(
            manager: parts.count >= 3 ? String(parts[1]) : "another manager",
            field: cause.field,
            subresource: isOfSubresource ? String(parts[3]) : ""
        )
    }
}
