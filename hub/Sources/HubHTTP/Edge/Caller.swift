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

    var principal: Principal { identity.principal }

    /// The name that revisions and the log carry.
    var name: String { principal.name }

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
