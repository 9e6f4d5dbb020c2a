/// The way to a web interface of an integrated application: everything but the routing style of the cluster.
///
/// A list of them handed to `exposureObjects(with:)` of a builder is all that is needed: gateways, routes, certificates, DNS
/// records and sign-on follow in the cluster's style. A host directly below the owner's domain shares its wildcard
/// certificate. Only members of `groups` pass; in the style with Istio's kinds the ingress controller sees to it, in that
/// of the Gateway API the gateway, so the application's pods need not be in the mesh.
struct AppRoute: Hashable {
    /// Names the route's objects; no two routes to a namespace share one.
    let name: String
    /// The namespace and name of the Kubernetes Service, and its port.
    let namespace: String
    let service: String
    let port: Int
    let host: String
    /// Path prefixes that begin with a slash; empty is all paths.
    var paths: [String] = []
    /// Whether the application gets the path as it is; otherwise it is cut off.
    var forwardPath = true
    /// Whether people have to sign in before the application sees a request.
    var auth = true
    /// Whose members may pass; empty: everybody who signed in.
    var groups: [String] = []
    var removedRequestHeaders: [String] = []
    /// The team whose interface it is; `nil`: the platform's.
    var team: String?
}
