import JSON

extension HubClient {
    /// The keys that secrets are sealed under in the hub's database, and how much is still sealed under each.
    ///
    /// - Throws: `HubClientError`.
    package func dataKeys() async throws(HubClientError) -> [DataKey] {
        let page: Page<DataKey> = try await get(Route.dataKeys.path(), action: "reading the data keys")
        return page.items
    }

    /// Makes a new data key; what is sealed under the others is sealed anew in the background.
    ///
    /// - Throws: `HubClientError`.
    package func rotateDataKey() async throws(HubClientError) -> [DataKey] {
        let page: Page<DataKey> = try await post(Route.dataKeys.path(), [:], action: "rotating the data key")
        return page.items
    }
}
