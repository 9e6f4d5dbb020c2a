package import Bundles
package import HubStore

/// What the next root is to say otherwise.
package struct TrustChange: Sendable {
    /// Who is to hold the keys of a role.
    package enum Holder: Sendable {
        /// The hub, which makes one.
        case hub
        /// People, each with a key of their own; so many of them must sign.
        case people(keys: [PublicKey], threshold: Int)
    }

    /// The roles that get other keys; none to renew a root that expires.
    package var roles: [MetadataRole: Holder]

    /// Teams whose layers need other keys' signature; `nil` for one that need not sign any more.
    package var content: [String: ContentKeys?]

    package init(roles: [MetadataRole: Holder] = [:], content: [String: ContentKeys?] = [:]) {
        self.roles = roles
        self.content = content
    }
}

/// The trust as operators see it.
package struct TrustOverview: Sendable {
    /// A draft of the next root, and who made it.
    package struct Draft: Sendable {
        package let draft: RootDraft
        package let stored: StoredRootDraft
    }

    package let root: RootMetadata
    /// The newest root, the whole signed file.
    package let bytes: [UInt8]
    /// The ids of the keys whose private halves the hub has.
    package let held: Set<String>
    package let draft: Draft?
}
