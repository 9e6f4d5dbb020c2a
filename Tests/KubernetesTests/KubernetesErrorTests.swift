import HTTPTransport
import JSON
import Kubernetes
import Testing

@Suite
struct KubernetesErrorTests {
    struct Case: CustomTestStringConvertible {
        let status: Int
        let body: String
        let code: KubernetesError.Code
        let isRetryable: Bool
        var testDescription: String { "\(status) \(code)" }
    }

    private static func status(_ code: Int, _ reason: String, _ message: String = "m", details: String = "{}") -> String
    {
        #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","reason":"\#(reason)","#
            + #""details":\#(details),"code":\#(code)}"#
    }

    @Test(arguments: [
        Case(status: 404, body: status(404, "NotFound"), code: .notFound, isRetryable: false),
        Case(status: 409, body: status(409, "AlreadyExists"), code: .alreadyExists, isRetryable: false),
        Case(status: 409, body: status(409, "Conflict"), code: .conflict, isRetryable: false),
        Case(status: 410, body: status(410, "Expired"), code: .expired, isRetryable: false),
        Case(status: 422, body: status(422, "Invalid"), code: .invalid, isRetryable: false),
        Case(status: 429, body: status(429, "TooManyRequests"), code: .tooManyRequests, isRetryable: true),
        Case(status: 500, body: status(500, "InternalError"), code: .unavailable, isRetryable: true),
        Case(status: 504, body: status(504, "Timeout"), code: .timeout, isRetryable: true),
        Case(status: 413, body: status(413, "RequestEntityTooLarge"), code: .tooLarge, isRetryable: false),
        Case(status: 401, body: "Unauthorized", code: .unauthorized, isRetryable: false),
        Case(status: 403, body: "<html>", code: .forbidden, isRetryable: false),
        Case(status: 502, body: "bad gateway", code: .unavailable, isRetryable: true),
        Case(
            status: 500,
            body: status(500, "", "failed to create typed patch object: .spec.replicas: expected numeric"),
            code: .badRequest,
            isRetryable: false
        ),
        Case(
            status: 500,
            body: status(500, "", "etcdserver: request is too large"),
            code: .tooLarge,
            isRetryable: false
        ),
        Case(status: 415, body: "", code: .badRequest, isRetryable: false),
    ])
    func `a refusal is read from its status and reason`(_ test: Case) {
        let error = KubernetesError(response: HTTPResponse(status: test.status, body: Array(test.body.utf8)))
        #expect(error.code == test.code)
        #expect(error.isRetryable == test.isRetryable)
        #expect(error.status == test.status)
    }

    @Test
    func `a conflict of field managers names them and their fields`() {
        let body = Self.status(
            409,
            "Conflict",
            "Apply failed with 2 conflicts",
            details: """
                {"causes":[{"reason":"FieldManagerConflict","message":"conflict with \\"kubectl\\" using apps/v1","field":\
                ".spec.replicas"},{"reason":"FieldManagerConflict","message":"conflict with \\"hpa\\" with subresource \
                \\"scale\\" using apps/v1 at 2024-01-01T00:00:00Z","field":".spec.paused"}]}
                """
        )
        let error = KubernetesError(
            response: HTTPResponse(status: 409, body: Array(body.utf8)),
            operation: "apply Deployment.apps/team-a/web"
        )
        #expect(error.code == .fieldConflict)
        #expect(
            error.fieldConflicts == [
                .init(manager: "kubectl", field: ".spec.replicas"),
                .init(manager: "hpa", field: ".spec.paused", subresource: "scale"),
            ]
        )
        #expect(
            error.description
                == "apply Deployment.apps/team-a/web: other managers own .spec.replicas (owned by kubectl), "
                + ".spec.paused (owned by hpa)"
        )
    }

    @Test
    func `immutable fields are named`() {
        let body = Self.status(
            422,
            "Invalid",
            details: """
                {"causes":[{"reason":"FieldValueInvalid","message":"Invalid value: {}: field is immutable","field":\
                "spec.selector"},{"reason":"FieldValueRequired","message":"Required value","field":"spec.x"}]}
                """
        )
        let error = KubernetesError(response: HTTPResponse(status: 422, body: Array(body.utf8)))
        #expect(error.immutableFields == ["spec.selector"])
    }

    @Test(arguments: ["etcdserver: leader changed", "etcdserver: request timed out", "rpc error: unavailable"])
    func `a change of the etcd leader is an overload that passes`(message: String) {
        let body = Self.status(500, "InternalError", message)
        let error = KubernetesError(response: HTTPResponse(status: 500, body: Array(body.utf8)))
        #expect(error.isRetryable)
        #expect(error.isOverload)
    }

    @Test(arguments: [
        (#"Internal error occurred: failed calling webhook \"check.acme.dev\": context deadline"#, "check.acme.dev"),
        ("conversion webhook for acme.dev/v1, Kind=Widget failed: Post: refused", "acme.dev/v1, Kind=Widget"),
    ])
    func `a webhook that does not answer is named and is not the server's overload`(message: String, name: String) {
        let body = Self.status(500, "InternalError", message)
        let error = KubernetesError(response: HTTPResponse(status: 500, body: Array(body.utf8)))
        #expect(error.failedWebhook == name)
        #expect(error.isRetryable)
        #expect(!error.isOverload)
    }

    @Test
    func `another object of the same name is told from a race`() {
        func error(_ message: String) -> KubernetesError {
            KubernetesError(
                response: HTTPResponse(status: 409, body: Array(Self.status(409, "Conflict", message).utf8))
            )
        }
        let other = error("Precondition failed: UID in precondition: a, UID in object meta: b")
        #expect(other.isOtherObject && !other.isRace && !other.isRetryable)
        let race = error("the object has been modified; please apply your changes to the latest version and try again")
        #expect(race.isRace && !race.isOtherObject)
    }

    @Test
    func `a namespace that goes away can be waited for`() {
        let body = Self.status(
            403,
            "Forbidden",
            "unable to create new content in namespace a because it is being terminated",
            details: #"{"causes":[{"reason":"NamespaceTerminating","message":"x","field":"metadata.namespace"}]}"#
        )
        let error = KubernetesError(response: HTTPResponse(status: 403, body: Array(body.utf8)))
        #expect(error.isNamespaceTerminating)
        #expect(error.isRetryable)
    }

    @Test
    func `the server's wish to wait is kept, from the header or the details`() {
        let body = Self.status(429, "TooManyRequests", details: #"{"retryAfterSeconds":3}"#)
        #expect(KubernetesError(response: HTTPResponse(status: 429, body: Array(body.utf8))).retryAfter == .seconds(3))
        let bare = HTTPResponse(status: 429, headers: ["Retry-After": "2"])
        #expect(KubernetesError(response: bare).retryAfter == .seconds(2))
    }

    @Test(arguments: [("86400", Duration.seconds(30)), ("9223372036854775807", .seconds(30)), ("-5", .zero)])
    func `a wish to wait is heeded within bounds`(seconds: String, wait: Duration) {
        let header = HTTPResponse(status: 503, headers: ["Retry-After": seconds])
        #expect(KubernetesError(response: header).retryAfter == wait)
        let body = Self.status(503, "", details: #"{"retryAfterSeconds":\#(seconds)}"#)
        let details = HTTPResponse(status: 503, body: Array(body.utf8))
        #expect((KubernetesError(response: details).retryAfter ?? .zero) == wait)
    }

    @Test(arguments: [
        (HTTPTransportError.Code.connect, KubernetesError.Code.unreachable), (.timeout, .timeout), (.tls, .unreachable),
        (.cancelled, .cancelled), (.tooLarge, .malformed),
    ])
    func `a failure of the transport has a code here`(from: HTTPTransportError.Code, to: KubernetesError.Code) {
        #expect(KubernetesError(HTTPTransportError(from, "x", url: "https://a")).code == to)
    }
}
