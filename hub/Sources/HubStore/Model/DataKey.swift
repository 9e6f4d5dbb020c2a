package import Concurrency

/// One of the keys that secrets are sealed under in the database.
package struct DataKey: Hashable, Sendable {
    package let number: Int64
    package let createdAt: UnixTime
    /// Whether it seals what is new.
    package let isCurrent: Bool
    /// How many stored rows hold something that is sealed under it; a key that is not current goes when there is none.
    package let uses: Int
}
