import HubAPI
import HubStore
import Values

extension Problem {
    /// What a caller is told of a failure of the store.
    init(_ error: StoreError) {
        switch error.code {
        case .notFound: self.init(.notFound, detail: error.message)
        case .alreadyExists: self.init(.alreadyExists, detail: error.message)
        case .conflict, .stale:
            self.init(
                .conflict,
                detail: error.message,
                hint: "Look at both versions, make the change again on the newer one and send that revision as base.",
                conflicts: error.conflicts.map(HubAPI.DocumentConflict.init)
            )
        case .outdated:
            self.init(
                .conflict,
                detail: error.message,
                hint: "Look at what waits there now, with otomi cluster show NAME, and decide again."
            )
        case .invalid: self.init(.invalid, detail: error.message)
        case .tokenUnknown, .tokenExpired:
            self.init(
                .unauthenticated,
                detail: error.message,
                hint: "An operator makes a new token with: otomi cluster token NAME"
            )
        case .tokenUsed, .wrongCluster:
            self.init(
                .alreadyExists,
                detail: error.message,
                hint: "An operator makes a new token with: otomi cluster token NAME"
            )
        case .linkUsed, .linkExpired:
            self.init(
                .gone,
                detail: error.message,
                hint: "An operator makes a new one with: otomi cluster install NAME --url"
            )
        case .signInRefused: self.init(.unauthenticated, detail: error.message)
        case .signInLocked: self.init(.tooManyRequests, detail: error.message)
        case .overloaded: self.init(.unavailable, detail: error.message)
        case .revoked, .approvalPending: self.init(.forbidden, detail: error.message)
        case .unavailable:
            self.init(.unavailable, detail: "The database does not answer.", hint: "Try again in a moment.")
        case .undecipherable, .unknownDataKey, .keyUnavailable, .internal:
            self.init(
                .internalError,
                detail: "The request failed inside the hub.",
                hint: "The hub's log has the reason."
            )
        }
    }
}

extension HubAPI.DocumentConflict {
    init(_ conflict: StoredConflict) {
        self.init(
            document: conflict.id,
            yours: conflict.wanted?.spec,
            theirs: conflict.current?.document.spec,
            base: conflict.base?.document.spec,
            revision: conflict.change?.revision ?? conflict.current?.revision ?? 0,
            author: conflict.change?.author ?? conflict.current?.author ?? "",
            draftVersion: conflict.change?.draftVersion
        )
    }
}
