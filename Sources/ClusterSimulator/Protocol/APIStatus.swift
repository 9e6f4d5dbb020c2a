package import JSON

/// A refusal in the form of `meta/v1` Status, with the words of the real API server.
package struct APIStatus: Error, Sendable {
    package var code: Int
    package var reason: String
    package var message: String
    package var details: JSONValue?
    var retryAfter: Int?

    package init(
        _ code: Int,
        _ reason: String,
        _ message: String,
        details: JSONValue? = nil,
        retryAfter: Int? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
    }

    package var json: JSONValue {
        var result: JSONValue = [
            "apiVersion": "v1", "kind": "Status", "metadata": [:], "status": "Failure",
            "message": .string(message), "reason": .string(reason), "code": .integer(Int64(code)),
        ]
        result["details"] = details
        return result
    }

    var response: APIResponse {
        var response = APIResponse(status: code, json: json)
        if let retryAfter { response.headers.append(("Retry-After", String(retryAfter))) }
        return response
    }
}

// MARK: - The refusals of the API server

extension APIStatus {
    static func notFound(_ type: ResourceType, _ name: String) -> APIStatus {
        APIStatus(404, "NotFound", "\(type.qualifiedName) \"\(name)\" not found", details: type.details(name))
    }

    static let noResource = APIStatus(
        404,
        "NotFound",
        "the server could not find the requested resource",
        details: [:]
    )

    static func alreadyExists(_ type: ResourceType, _ name: String) -> APIStatus {
        APIStatus(409, "AlreadyExists", "\(type.qualifiedName) \"\(name)\" already exists", details: type.details(name))
    }

    static func conflict(_ type: ResourceType, _ name: String, _ why: String) -> APIStatus {
        APIStatus(
            409,
            "Conflict",
            "Operation cannot be fulfilled on \(type.qualifiedName) \"\(name)\": \(why)",
            details: type.details(name)
        )
    }

    static func modified(_ type: ResourceType, _ name: String) -> APIStatus {
        conflict(
            type,
            name,
            "the object has been modified; please apply your changes to the latest version and try again"
        )
    }

    static func badRequest(_ message: String) -> APIStatus { APIStatus(400, "BadRequest", message) }

    static func methodNotAllowed() -> APIStatus {
        APIStatus(
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
            details: [:]
        )
    }

    static func unsupportedMediaType(_ contentType: String, _ accepted: String) -> APIStatus {
        APIStatus(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: \(accepted)"
        )
    }

    static func expired(_ revision: Int64, oldest: Int64) -> APIStatus {
        APIStatus(410, "Expired", "too old resource version: \(revision) (\(oldest))")
    }

    /// One fault of a field, as 422 Invalid.
    static func invalid(
        _ type: ResourceType,
        _ name: String,
        field: String,
        reason: String = "FieldValueInvalid",
        _ message: String
    ) -> APIStatus {
        let subject = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
        var details = type.details(name)
        details["kind"] = .string(type.kind)
        details["causes"] = [["reason": .string(reason), "message": .string(message), "field": .string(field)]]
        return APIStatus(
            422,
            "Invalid",
            "\(subject) \"\(name)\" is invalid: \(field): \(message)",
            details: details
        )
    }
}
