/// Why a rollout cannot be steered so.
package struct RolloutRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the state is and what can be done in it.
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
