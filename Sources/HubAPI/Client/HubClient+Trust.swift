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
}
