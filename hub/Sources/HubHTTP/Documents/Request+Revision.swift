import HubStore
import Hummingbird

extension Request {
    /// The revision that the query item `revision` names; `nil` when there is none.
    ///
    /// - Throws: `StoreError.Code.notFound` for a revision that was not made yet: reading it would show the current values
    ///   under a number that will mean others.
    func revision(in store: HubStore) async throws -> Int64? {
        guard let number = try number("revision") else { return nil }
        guard try await number <= store.latestRevision() else {
            throw StoreError(.notFound, "revision \(number) does not exist")
        }
        return number
    }
}
