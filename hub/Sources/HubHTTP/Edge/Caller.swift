import HubAPI

/// Who calls the API for people and machines.
struct Caller: Sendable {
    /// The name that revisions and the log carry.
    let name: String
}

extension HubContext {
    /// The caller, who must have signed in.
    ///
    /// - Throws: `Problem` of kind `unauthenticated`.
    func requireCaller() throws -> Caller {
        guard let caller else { throw Problem(.unauthenticated, detail: "This request needs a token.") }
        return caller
    }
}
