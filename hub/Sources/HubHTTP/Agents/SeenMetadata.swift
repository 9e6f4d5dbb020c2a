import HubStore

/// How new a cluster's metadata was when its agent was looked up.
///
/// That is read with the agent, so that a poll for what is known already, which nearly every one is, reads nothing else.
struct SeenMetadata: Sendable {
    let versions: MetadataVersions
    /// The version of `StoreEvents.bundles` before the look: while it is still that, nothing is newer.
    let news: UInt64
}
