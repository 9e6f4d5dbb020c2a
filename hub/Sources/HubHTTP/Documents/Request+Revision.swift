import HubAPI
import HubStore
import Hummingbird

extension Request {
    /// The revision that a query item names, by its number, as `latest` or by a tag; `nil` when there is none.
    ///
    /// - Throws: `StoreError.Code.notFound` for a revision that was not made yet: reading it would show the current values
    ///   under a number that will mean others.
    func revision(_ item: String = "revision", in store: HubStore) async throws -> Int64? {
        guard let text = query(item) else { return nil }
        guard text.first?.isLetter ?? false || text.first?.isNumber ?? false, text.utf8.count <= 63 else {
            throw Problem(
                .badRequest,
                detail: "The query item '\(item)' must be the number of a revision, 'latest' or a tag."
            )
        }
        return try await store.revision(named: text)
    }
}
