/// The way to a web interface of an integrated application: everything but the routing style of the cluster.
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
