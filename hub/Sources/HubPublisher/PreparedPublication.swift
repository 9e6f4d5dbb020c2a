import Bundles
import HubStore

/// What is to be written of one cluster.
struct PreparedPublication: Sendable {
    let state: PublicationState
    let publication: Publication
    /// What is out after it; `nil` when that stays.
    let bundle: Bundle?
    /// What came of it when it is written.
    let outcome: ClusterPublisher.Outcome
}
