/// Which objects of a cluster are asked for; `nil` members let everything pass.
package struct ObjectQuery: Hashable, Sendable {
    package var kind: String?
    package var namespace: String?
    package var layer: String?
    /// A state or a health; `ready` and `notReady` sum both up.
    package var state: String?

    package init(kind: String? = nil, namespace: String? = nil, layer: String? = nil, state: String? = nil) {
        self.kind = kind
        self.namespace = namespace
        self.layer = layer
        self.state = state
    }

    /// The path of one page.
    func path(cluster: String, after: String?) -> String {
        Route.clusterObjectStates.path(
            cluster,
            query: [
                ("kind", kind), ("namespace", namespace), ("layer", layer), ("state", state), ("after", after),
                ("limit", "1000"),
            ]
        )
    }
}
