import HubAPI
import HubStore
import Values

/// Who calls the API for people and machines.
struct Caller: Sendable {
    /// What they showed, and what it stands for.
    let identity: Identity
    /// The address that the request came from.
    let address: String?
    /// The session's secret, when it came in a cookie.
    let cookie: String?
    /// The requests that take long, of which this one may become one.
    let live: LiveRequests

    var principal: Principal { identity.principal }

    /// The name that revisions and the log carry.
    var name: String { principal.name }

    /// Waits on their behalf, no longer than they are let in and may do what they could at the beginning.
    ///
    /// Whatever a request waits for or streams goes through this, so that taking access away ends it within seconds.
    ///
    /// - Throws: `Problem` of kind `unauthenticated` when their access ends before; otherwise what `work` throws.
    func whileLetIn<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await live.whileValid(identity, work)
    }

    /// How the store knows them.
    var actor: Actor { Actor(principal, address: address) }
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
