import Concurrency

/// Why a call to an API server did not do what was asked.
package struct KubernetesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; `label` is a bounded word for metrics.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let label: String
        package var description: String { label }

        private init(_ label: String) { self.label = label }

        /// 400, 405, 406, 415: the request makes no sense to the server.
        package static let badRequest = Code("badRequest")
        package static let unauthorized = Code("unauthorized")
        package static let forbidden = Code("forbidden")
        package static let notFound = Code("notFound")
        package static let alreadyExists = Code("alreadyExists")
        /// The object changed meanwhile (resource version or precondition).
        package static let conflict = Code("conflict")
        /// Other field managers own fields of a server-side apply: see `fieldConflicts`.
        package static let fieldConflict = Code("fieldConflict")
        /// 410: the resource version or continue token is too old; list anew.
        package static let expired = Code("expired")
        /// 422: see `causes`.
        package static let invalid = Code("invalid")
        /// The request or the object is larger than the server takes.
        package static let tooLarge = Code("tooLarge")
        package static let tooManyRequests = Code("tooManyRequests")
        /// The server, or the network on the way, needed too long.
        package static let timeout = Code("timeout")
        /// 5xx: the server cannot at the moment.
        package static let unavailable = Code("unavailable")
        /// No group version here serves the kind; it may once its definition is installed.
        package static let notServed = Code("notServed")
        /// No answer came: the connection or TLS failed.
        package static let unreachable = Code("unreachable")
        /// The answer is not what the API promises.
        package static let malformed = Code("malformed")
        /// The kubeconfig or in-cluster files cannot be used.
        package static let configuration = Code("configuration")
        package static let cancelled = Code("cancelled")
        package static let other = Code("other")
    }

    /// One detail of a refusal.
    package struct Cause: Hashable, Sendable {
        package let reason: String
        package let message: String
        package let field: String
    }

    /// A field of a server-side apply that another manager owns.
    package struct FieldConflict: Hashable, Sendable, CustomStringConvertible {
        package let manager: String
        /// As the server writes it: `.spec.replicas`.
        package let field: String
        /// Through which subresource the manager wrote; empty for the object itself.
        package let subresource: String

        package init(manager: String, field: String, subresource: String = "") {
            self.manager = manager
            self.field = field
            self.subresource = subresource
        }

        package var description: String { "\(field) (owned by \(manager))" }
    }

    package var code: Code
    /// What the server or the transport said.
    package var message: String
    /// What was being done, and on what: `apply Deployment.apps/team-demo/hello`.
    ///
    /// Empty when unknown.
    package var operation: String
    /// The HTTP status, `nil` when there was no answer.
    package var status: Int?
    /// The reason of the server's Status, such as `AlreadyExists`.
    package var reason: String
    package var causes: [Cause]
    package var fieldConflicts: [FieldConflict]
    /// How long the server asks to wait; half a minute at most.
    package var retryAfter: Duration?

    package init(
        _ code: Code,
        _ message: String,
        operation: String = "",
        status: Int? = nil,
        reason: String = "",
        causes: [Cause] = [],
        fieldConflicts: [FieldConflict] = [],
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.operation = operation
        self.status = status
        self.reason = reason
        self.causes = causes
        self.fieldConflicts = fieldConflicts
        // Servers, and what stands between, may ask for days; nobody looks away for so long.
        self.retryAfter = retryAfter.map { min(max(.zero, $0), AdaptiveLimit.longestPause) }
    }

    /// Whether the same call may succeed when made again later, with nothing changed by us.
    package var isRetryable: Bool {
        switch code {
        case .tooManyRequests, .timeout, .unavailable, .unreachable, .notServed: true
        case .conflict: isNamespaceTerminating
        case .forbidden: isNamespaceTerminating
        case .other: retryAfter != nil
        default: retryAfter != nil
        }
    }

    /// Whether the object is refused because its namespace is being deleted; another try makes sense when that is over.
    package var isNamespaceTerminating: Bool {
        causes.contains { $0.reason == "NamespaceTerminating" } || message.contains("because it is being terminated")
    }

    /// The webhook that could not be asked, when that is why the call failed: its name, or what it converts.
    package var failedWebhook: String? {
        if let range = message.firstRange(of: "failed calling webhook \"") {
            return String(message[range.upperBound...].prefix { $0 != "\"" })
        }
        guard let range = message.firstRange(of: "conversion webhook for "),
            let end = message[range.upperBound...].firstRange(of: " failed")
        else { return nil }
        return String(message[range.upperBound..<end.lowerBound])
    }

    /// Whether another object of the same name is there than the one that was meant.
    package var isOtherObject: Bool {
        code == .conflict && (message.contains("UID in precondition") || message.contains("uid mismatch"))
    }

    /// Whether the object changed while the server applied to it; the same call may be made again at once.
    package var isRace: Bool { code == .conflict && !isOtherObject && !isNamespaceTerminating }

    /// Whether the answer says that the server as a whole has too much to do or cannot work: not one object's or one webhook's
    /// fault.
    package var isOverload: Bool {
        switch code {
        case .tooManyRequests, .timeout, .unavailable: failedWebhook == nil
        default: false
        }
    }

    /// The fields that cannot be changed on an existing object, when that is why it was refused.
    package var immutableFields: [String] {
        guard code == .invalid || code == .forbidden else { return [] }
        let fields = causes.filter { cause in
            Self.immutableWords.contains { cause.message.contains($0) }
        }.map(\.field)
        return Array(Set(fields)).sorted()
    }

    /// Whether the object is refused because a field that cannot be changed would have to.
    package var isImmutable: Bool { !immutableFields.isEmpty }

    package var description: String {
        let what = fieldConflicts.isEmpty ? message : "other managers own \(Self.list(fieldConflicts))"
        return operation.isEmpty ? what : "\(operation): \(what)"
    }

    static let immutableWords = ["is immutable", "may not be changed", "are forbidden", "cannot be changed"]

    private static func list(_ conflicts: [FieldConflict]) -> String {
        let shown = conflicts.prefix(5).map(\.description).joined(separator: ", ")
        return conflicts.count > 5 ? "\(shown) and \(conflicts.count - 5) more" : shown
    }
}
