/// The kinds of problem that the hub knows; their URIs never change.
package enum ProblemKind: String, CaseIterable, Sendable {
    case badRequest = "bad-request"
    case unauthenticated = "unauthenticated"
    case forbidden = "forbidden"
    /// An agent was silent for too long: it must ask for new keys.
    case keyExpired = "key-expired"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case conflict = "conflict"
    case alreadyExists = "already-exists"
    case gone = "gone"
    /// What `If-Match` names is not what is there.
    case preconditionFailed = "precondition-failed"
    case tooLarge = "too-large"
    case invalid = "invalid-values"
    case tooManyRequests = "too-many-requests"
    case internalError = "internal-error"
    case unavailable = "unavailable"

    private static let base = "https://otomi.io/problems/"

    /// The URI that stands in a problem's `type`.
    package var uri: String { Self.base + rawValue }

    /// The kind of a `type`; `nil` for another vocabulary's.
    package init?(uri: String) {
        guard uri.hasPrefix(Self.base) else { return nil }
        self.init(rawValue: String(uri.dropFirst(Self.base.count)))
    }

    /// The HTTP status that goes with the kind.
    package var status: Int {
        switch self {
        case .badRequest: 400
        case .unauthenticated: 401
        case .forbidden, .keyExpired: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .conflict, .alreadyExists: 409
        case .gone: 410
        case .preconditionFailed: 412
        case .tooLarge: 413
        case .invalid: 422
        case .tooManyRequests: 429
        case .internalError: 500
        case .unavailable: 503
        }
    }

    /// The kind in a few words.
    package var title: String {
        switch self {
        case .badRequest: "The request is malformed"
        case .unauthenticated: "Not signed in"
        case .forbidden: "Not allowed"
        case .keyExpired: "The key is too old"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .conflict: "Changed by somebody else meanwhile"
        case .alreadyExists: "Already exists"
        case .gone: "Not there any more"
        case .preconditionFailed: "Changed meanwhile"
        case .tooLarge: "The request is too large"
        case .invalid: "The values have faults"
        case .tooManyRequests: "Too many requests"
        case .internalError: "The hub failed"
        case .unavailable: "The hub is not available"
        }
    }
}
