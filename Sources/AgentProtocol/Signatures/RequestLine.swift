/// The parts of a request that every signature of an agent covers, beside its body.
package struct RequestLine: Hashable, Sendable {
    /// In capitals.
    package let method: String
    /// As it is on the wire, percent-encoding included; `/` when empty.
    package let path: String
    /// The text after `?`; empty when there is none.
    package let query: String

    package init(method: String, path: String, query: String = "") {
        self.method = method
        self.path = path.isEmpty ? "/" : path
        self.query = query
    }

    /// The request line of `route`.
    package init(_ route: AgentRoute) {
        self.init(method: route.method, path: route.path, query: route.query)
    }

    /// The components that are covered, in their order.
    ///
    /// The authority is not: agents reach the hub through proxies that may rename it, and their keys are for one hub alone.
    static let components = ["@method", "@path", "@query", ContentDigest.fieldName, Boot.fieldName]

    func value(of component: String, contentDigest: String, bootID: String) -> String? {
        switch component {
        case "@method": method
        case "@path": path
        // RFC 9421, section 2.2.7: the question mark belongs to the value, also when there is no query.
        case "@query": "?\(query)"
        case ContentDigest.fieldName: contentDigest
        case Boot.fieldName: bootID
        default: nil
        }
    }
}
