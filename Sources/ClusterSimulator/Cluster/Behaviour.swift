/// What a simulated cluster does beside storing objects.
package struct Behaviour: Sendable {
    /// Objects whose owners are gone are deleted.
    package var collectsGarbage = true
    /// A deleted namespace is emptied and then goes; without it the namespace stays Terminating, as on a bare API server.
    package var finishesNamespaces = true
    /// Namespaces get the ConfigMap and ServiceAccount that a real cluster puts there.
    package var fillsNamespaces = true
    /// Workloads and well-known custom resources are ready at once.
    package var makesReady = true

    package init() {}

    /// An API server with no controller beside it.
    package static var bare: Behaviour {
        var behaviour = Behaviour()
        behaviour.collectsGarbage = false
        behaviour.finishesNamespaces = false
        behaviour.fillsNamespaces = false
        behaviour.makesReady = false
        return behaviour
    }
}
