import JSON

/// Who can reach a service, under which address.
struct ExposureSpec: Spec {
    /// How far a service is reachable.
    enum Reach: String {
        /// Inside its cluster only.
        case cluster
        /// Through the private ingress controller.
        case `private`
        /// Through the public ingress controller.
        case `public`
    }

    let reach: Reach
    /// A host of the team's own; `nil` for `<service>.team-<team>.<domain suffix>`.
    let domain: String?
    /// Path prefixes; empty is all of them.
    let paths: [String]
    /// The path prefix is kept on the way to the service, rather than cut to `/`.
    let forwardPath: Bool
    /// People sign in before they reach the service.
    let auth: Bool
    /// TLS ends in the service itself.
    let tlsPass: Bool
    /// A TLS secret of the team with the host's certificate.
    let certName: String?
    /// A certificate that AWS holds for the host.
    let certArn: String?
    /// An ingress class of the platform's settings; `nil` for the controller that the reach has by itself.
    let ingressClassName: String?
    /// What changes in the headers on the way to the service.
    let requestHeaders: HeaderChanges
    /// What changes in the headers on the way back.
    let responseHeaders: HeaderChanges
    /// A further host, whose owner leads it here with a CNAME record.
    let cname: CnameSpec?
    /// How requests are shared by two versions of the service; `nil`: there is one.
    let trafficSplit: TrafficSplit?

    /// A service that says nothing about its exposure stays inside its cluster.
    static let clusterOnly = ExposureSpec()

    private init() {
        reach = .cluster
        domain = nil
        paths = []
        forwardPath = false
        auth = false
        tlsPass = false
        certName = nil
        certArn = nil
        ingressClassName = nil
        requestHeaders = .none
        responseHeaders = .none
        cname = nil
        trafficSplit = nil
    }

    init(json: JSONValue) throws(JSONError) {
        let type = try json.optional("type", as: String.self) ?? Reach.public.rawValue
        guard let reach = Reach(rawValue: type) else {
            throw JSONError("\"cluster\", \"private\" or \"public\" is expected", at: JSONPointer(["type"]))
        }
        self.reach = reach
        domain = try json.optional("domain")
        paths = try json.texts("paths")
        forwardPath = try json.optional("forwardPath") ?? false
        auth = try json.optional("auth") ?? false
        tlsPass = try json.optional("tlsPass") ?? false
        certName = try json.optional("certName")
        certArn = try json.optional("certArn")
        let className = try json.optional("ingressClassName", as: String.self)
        ingressClassName = className == "platform" ? nil : className
        let headers = try json.spec("headers", as: HeadersSpec.self)
        requestHeaders = (headers?.request ?? .none).removing(try json.texts("removeRequestHeaders"))
        responseHeaders = headers?.response ?? .none
        cname = try json.spec("cname")
        let split = try json.spec("trafficControl", as: TrafficSplit.self)
        trafficSplit = split.flatMap { $0.isEnabled ? $0 : nil }
    }
}

/// A further host of a service.
struct CnameSpec: Spec {
    let domain: String
    /// A TLS secret of the team with the host's certificate; `nil`: one is issued.
    let tlsSecretName: String?

    init(json: JSONValue) throws(JSONError) {
        domain = try json.required("domain")
        tlsSecretName = try json.optional("tlsSecretName").flatMap { (name: String) in name.isEmpty ? nil : name }
    }
}

/// The shares of `<service>-v1` and `<service>-v2`, in percent.
struct TrafficSplit: Spec {
    let isEnabled: Bool
    let weightV1: Int
    let weightV2: Int

    init(json: JSONValue) throws(JSONError) {
        isEnabled = try json.optional("enabled") ?? false
        weightV1 = try json.optional("weightV1") ?? 90
        weightV2 = try json.optional("weightV2") ?? 10
    }
}

private struct HeadersSpec: Spec {
    let request: HeaderChanges?
    let response: HeaderChanges?

    init(json: JSONValue) throws(JSONError) {
        request = try json.spec("request")
        response = try json.spec("response")
    }
}
