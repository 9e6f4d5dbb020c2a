/// Too many wait already for something that takes one after the other.
package struct LineFull: Error, Hashable, Sendable, CustomStringConvertible {
    /// How many may wait.
    package let maximum: Int

    package var description: String { "\(maximum) wait already" }
}
