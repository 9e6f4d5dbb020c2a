import HTTPTransport

extension HubClient {
    /// The fleet's root of trust, and the draft that waits for signatures.
    ///
    /// - Throws: `HubClientError`.
    package func trust() async throws(HubClientError) -> TrustStatus {
        try await get(Route.trust.path(), action: "reading the root of trust")
    }

    /// Drafts the next root; it is published at once when the hub holds enough of the root's keys.
    ///
    /// - Throws: `HubClientError`; `conflict` while another draft waits, `invalid` for keys that make no root.
    package func draftRoot(_ change: TrustChangeRequest) async throws(HubClientError) -> TrustStatus {
        try await post(Route.trustDraft.path(), change.json, action: "drafting the next root of trust")
    }

    /// Adds signatures to the draft; it is published once there are enough.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is no draft, `invalid` when a signature does not fit.
    package func signRoot(_ signatures: TrustSignatures) async throws(HubClientError) -> TrustStatus {
        try await post(Route.trustSignatures.path(), signatures.json, action: "signing the next root of trust")
    }

    /// Drops the draft.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none.
    package func discardRoot() async throws(HubClientError) -> TrustStatus {
        let action = "discarding the draft of the next root of trust"
        return try decode(try await send(.delete, Route.trustDraft.path(), action: action), action: action)
    }

    /// What `team` has signed, and what waits for its signature.
    ///
    /// - Throws: `HubClientError`; `notFound` when the team has no content keys.
    package func content(of team: String) async throws(HubClientError) -> ContentStatus {
        try await get(Route.teamContent.path(team), action: "reading what waits for team \(team)")
    }

    /// The bytes of a layer that `team` has signed or is to sign.
    ///
    /// - Throws: `HubClientError`; `notFound` when it is none of the team's.
    package func contentLayer(_ digest: String, of team: String) async throws(HubClientError) -> [UInt8] {
        try await send(.get, Route.teamContentLayer.path(team, digest), action: "reading layer \(digest)").body
    }

    /// Brings signatures of what waits for `team`.
    ///
    /// - Throws: `HubClientError`; `invalid` when it is not what waits, or not the team's.
    package func signContent(
        _ signatures: TrustSignatures,
        of team: String
    ) async throws(HubClientError) -> ContentStatus {
        try await post(Route.teamContentSignatures.path(team), signatures.json, action: "signing for team \(team)")
    }
}
