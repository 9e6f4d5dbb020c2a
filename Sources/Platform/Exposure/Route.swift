/// One way from outside the cluster to a service: what a service's document or an `AppRoute` comes to before it is written
/// in the routing style of the cluster.
struct Route {
    /// A host of the route.
    struct Host: Hashable {
        /// Where the certificate is.
        enum Certificate: Hashable {
            /// Not at our gateways.
            case elsewhere
            /// A secret beside the gateways.
            case secret(String)
            /// A secret beside the gateways, to be issued for a name.
            case issued(secret: String, name: String)
        }

        let name: String
        /// `name`, or the wildcard of its owner that covers it.
        let pattern: String
        let certificate: Certificate

        /// The secret beside the gateways.
        var tlsSecret: String? {
            switch certificate {
            case .elsewhere: nil
            case .secret(let secret), .issued(let secret, _): secret
            }
        }
    }

    /// Where requests go.
    enum Destination: Hashable {
        /// Kubernetes Services of the route's namespace; several share requests by weight.
        case services([Backend])
        /// A Knative Service, which Knative finds by the authority that a request asks for.
        case knative(authority: String)
    }

    /// A Kubernetes Service of the route's namespace.
    struct Backend: Hashable {
        let name: String
        let port: Int
        var weight: Int?
    }

    /// Names the route's objects: a service by its name, an application's interface with a dot, which no service has.
    let name: String
    /// The namespace of the destination and the routing objects.
    let namespace: String
    var labels: [String: String] = [:]
    let entrance: Entrance
    /// At least one; the first is the main host.
    let hosts: [Host]
    /// Path prefixes that begin with a slash; empty is all paths.
    let paths: [String]
    let forwardPath: Bool
    /// TLS ends at the destination.
    var tlsPass = false
    /// `nil`: nobody has to sign in.
    let signOn: SignOn?
    var requestHeaders = HeaderChanges.none
    var responseHeaders = HeaderChanges.none
    let destination: Destination
    /// A certificate that the load balancer of the cloud has.
    var certificateARN: String?
    /// The host that Knative's own route serves in the style with Istio's kinds.
    var knativeHost: String?

    /// The name that no object of another namespace has.
    var qualifiedName: String { "\(name).\(namespace)" }
}

/// Knative's gateway for requests from inside the cluster; the catalogue's entry `knative` has its Service.
enum KnativeGateway {
    static let host = "knative-local.\(PlatformNamespaces.istio).svc.cluster.local"
    static let port = 80
}
