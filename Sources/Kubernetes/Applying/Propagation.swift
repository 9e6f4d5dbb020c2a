/// What becomes of the objects that a deleted object owns.
package enum Propagation: String, Hashable, Sendable {
    /// They are deleted afterwards.
    case background = "Background"
    /// The object stays until they are gone.
    case foreground = "Foreground"
    /// They stay.
    case orphan = "Orphan"
}
