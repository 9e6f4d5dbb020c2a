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
    /// Headers that the service must not see.
    let removedRequestHeaders: [String]

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
        removedRequestHeaders = []
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
        removedRequestHeaders = try json.texts("removeRequestHeaders")
    }
}
