package import JSON
package import Values

/// What one cluster gets: its object layers, and everything in its values that could not be compiled.
package struct Compilation: Hashable, Sendable {
    /// The layers by name; only those that hold objects.
    package let layers: [CompiledLayer]
    /// What is wrong with the values.
    ///
    /// A compilation with a fault that is an error must not be published: what could not be compiled is missing from
    /// `layers`, and would be pruned on the cluster.
    package let faults: [Fault]

    package init(layers: [CompiledLayer], faults: [Fault]) {
        self.layers = layers
        self.faults = faults
    }

    /// Every object of every layer, in the order in which they are applied.
    package var objects: [JSONValue] {
        layers.sorted { ($0.wave, $0.name) < ($1.wave, $1.name) }.flatMap(\.objects)
    }
}
