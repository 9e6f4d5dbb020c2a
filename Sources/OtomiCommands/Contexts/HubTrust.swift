/// How a hub proves that it is the right one, beyond what the system trusts.
struct HubTrust: Hashable, Sendable {
    /// Certificates to trust, a PEM file.
    var caFile: String?
    /// The SHA-256 of the hub's public key, `sha256//` and Base64.
    var pin: String?

    /// What is given, and for the rest what `other` says.
    func filled(from other: HubTrust?) -> HubTrust {
        HubTrust(caFile: caFile ?? other?.caFile, pin: pin ?? other?.pin)
    }
}
