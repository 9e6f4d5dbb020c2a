/// An input for which something does not hold that must hold for every input.
package struct BrokenPromise: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Demands what must hold for every input.
func promise(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(otherwise()) }
}
