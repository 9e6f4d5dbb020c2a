/// Why the hub did not do what it was asked: one clear line and the next step.
package struct HubClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What programs decide by.
    package enum Code: Hashable, Sendable {
        /// The address or the token cannot even be sent.
        case malformed
        case unauthenticated
        case forbidden
        case notFound
        case conflict
        case invalid
        /// The hub answers, but cannot serve now.
        case unavailable
        /// Nothing answers at that address.
        case unreachable(url: String)
        case timeout
        case cancelled
        case unexpected
    }

    package let code: Code
    /// What failed, on which object, and what to do next.
    package let message: String
    /// The hub's own words, when it sent a problem document.
    package let problem: Problem?

    package init(_ code: Code, _ message: String, problem: Problem? = nil) {
        self.code = code
        self.message = message
        self.problem = problem
    }

    package var description: String { message }

    /// Whether the same request may succeed a moment later.
    package var isTransient: Bool {
        switch code {
        case .unavailable, .unreachable, .timeout: true
        default: false
        }
    }
}

extension HubClientError {
    /// The error that a problem document stands for.
    package init(_ problem: Problem, status: Int, action: String) {
        let code = Self.code(of: problem, status: status)
        let said = problem.detail.isEmpty ? problem.title : problem.detail
        var message = said.isEmpty ? "\(action): the hub answered \(status)" : said
        if let next = problem.hint ?? Self.nextStep(after: code) {
            message += message.hasSuffix(".") ? " \(next)" : ". \(next)"
        }
        self.init(code, message, problem: problem)
    }

    private static func code(of problem: Problem, status: Int) -> Code {
        switch problem.kind {
        case .unauthenticated: return .unauthenticated
        case .forbidden, .keyExpired: return .forbidden
        case .notFound, .gone: return .notFound
        case .conflict, .alreadyExists, .preconditionFailed: return .conflict
        case .invalid, .badRequest, .tooLarge: return .invalid
        case .unavailable, .tooManyRequests: return .unavailable
        case .internalError, .methodNotAllowed: return .unexpected
        case nil: return code(ofStatus: status)
        }
    }

    private static func code(ofStatus status: Int) -> Code {
        switch status {
        case 401: .unauthenticated
        case 403: .forbidden
        case 404, 410: .notFound
        case 409, 412: .conflict
        case 400, 413, 422: .invalid
        case 408, 504: .timeout
        case 429, 502, 503: .unavailable
        default: .unexpected
        }
    }

    private static func nextStep(after code: Code) -> String? {
        switch code {
        case .unauthenticated: "Set OTOMI_TOKEN or pass --token; the hub wrote the administrator's to DIR/admin-token"
        case .forbidden: "Use a token that may do this"
        case .unavailable: "Try again in a moment"
        default: nil
        }
    }

    /// The answer was no answer of a hub's.
    static func notAHub(_ url: String, status: Int, action: String) -> HubClientError {
        switch code(ofStatus: status) {
        case .unavailable:
            HubClientError(
                .unavailable,
                "\(url) answers \(status): the hub behind it is not ready. Try again in a moment"
            )
        case .timeout:
            HubClientError(.timeout, "\(url) answers \(status): the hub behind it took too long. Try again")
        default:
            HubClientError(
                .unexpected,
                "\(action): \(url) answered \(status) without a problem document, so it is probably not an Otomi hub. "
                    + "Check --hub or OTOMI_HUB"
            )
        }
    }
}
