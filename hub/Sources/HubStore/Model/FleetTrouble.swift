package import Concurrency

/// Clusters of which the same is to be said, when it is not that all is well.
package struct FleetTrouble: Hashable, Sendable {
    /// How many of the clusters are named.
    package static let namedClusters = 5

    package let state: String
    package let cause: String
    /// How many they are.
    package let clusters: Int
    /// Since when the first of them is in that state.
    package let since: UnixTime
    /// The first of them by name.
    package let names: [String]
    /// Why, in the words of the first of them.
    package let reason: String?
}
