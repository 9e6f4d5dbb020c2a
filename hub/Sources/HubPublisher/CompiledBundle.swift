package import Bundles
package import Values

/// What one cluster should run, as files: compiled, and not yet sealed to anybody.
package struct CompiledBundle: Sendable {
    package struct Layer: Sendable {
        package let name: String
        package let wave: Int
        package let file: LayerFile
        package let isConfidential: Bool
    }

    package let layers: [Layer]
    /// Everything that is wrong; it must not be published with a fault that is an error.
    package let faults: [Fault]

    /// Why it must not be published; empty when it may.
    var errors: [Fault] { faults.filter { $0.severity == .error } }
}
