package import Values

/// On whose behalf an operation of the store runs, and from where they asked.
package struct Actor: Hashable, Sendable {
    package let principal: Principal
    /// The address that the request came from; `nil` when nobody asked over the network.
    package let address: String?

    package init(_ principal: Principal, address: String? = nil) {
        self.principal = principal
        self.address = address
    }

    /// The hub, when it acts by itself.
    package static let hub = Actor(.hub)
}
