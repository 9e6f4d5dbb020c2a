/// What the cluster keeps of the state directory: who the agent is and what it trusts, in the form of its files.
package struct StateCopy: Hashable, Sendable {
    static let identityKey = "identity"
    static let trustKey = "trust"

    package let identity: [UInt8]
    package let trust: [UInt8]
}
