import Concurrency
import HubAPI
import HubStore
import Hummingbird
import Logging
import Values

/// API tokens: one's own, and for platform admins everybody's and those of machines.
struct TokenRoutes {
    let store: HubStore

    func add(to routes: GuardedRoutes) {
        routes.get(.tokens, .readTokens, use: list)
        routes.post(.tokens, .changeTokens, use: create)
        routes.delete(.token, .changeTokens, use: revoke)
    }

    private func list(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let tokens: [APIToken]
        if request.query("all") == "true" {
            try PeopleRules(principal: caller.principal).requireManagingTokens()
            tokens = try await store.allAPITokens()
        } else if let owner = caller.identity.personID {
            tokens = try await store.apiTokens(owner: owner)
        } else {
            try PeopleRules(principal: caller.principal).requireManagingTokens()
            tokens = try await store.apiTokens(owner: nil)
        }
        return Response(HubAPI.Page(items: tokens.map { TokenEntry($0) }))
    }

    private func create(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let rules = PeopleRules(principal: caller.principal)
        let message = try await request.message(NewTokenRequest.self)
        let isOfPerson = caller.identity.personID != nil && !message.isForMachine
        if case .token = caller.identity.credential, caller.identity.personID != nil {
            // A stolen token must not make itself live on.
            throw Problem(.forbidden, detail: "A person's token makes no tokens: sign in to make one.")
        }
        if !isOfPerson { try rules.requireManagingTokens() }
        let scope = try message.grant.map { TokenScope.grant(try $0.requireGrant()) } ?? .owner
        try rules.requireMaking(scope)
        let made = try await store.createAPIToken(
            NewAPIToken(
                name: message.name,
                scope: scope,
                isReadOnly: message.isReadOnly,
                lifetime: message.lifetimeSeconds.map { .seconds($0) } ?? NewAPIToken.standardLifetime
            ),
            owner: isOfPerson ? caller.identity.personID : nil
        )
        context.logger.notice("token made", metadata: ["token": "\(made.token.name)"])
        return Response(
            NewToken(token: TokenEntry(made.token), secret: made.text),
            status: .created,
            headers: [.cacheControl: "no-store"]
        )
    }

    private func revoke(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let short = try context.parameters.require("name")
        let owner = request.query("owner")
        let isOwn = owner == nil && request.query("machine") != "true" && caller.identity.personID != nil
        if !isOwn { try PeopleRules(principal: caller.principal).requireManagingTokens() }
        let name: String
        if isOwn {
            let own = try await store.apiTokens(owner: caller.identity.personID).first { $0.shortName == short }
            guard let own else { throw Problem(.notFound, detail: "You have no token '\(short)'.") }
            name = own.name
        } else {
            name = owner.map { "\($0.lowercased())/\(short)" } ?? short
        }
        try await store.revokeAPIToken(name: name)
        context.logger.notice("token revoked", metadata: ["token": "\(name)"])
        return Response(status: .noContent)
    }
}

extension APIToken {
    /// The name within its owner's tokens.
    var shortName: String { owner.map { String(name.dropFirst($0.count + 1)) } ?? name }
}

extension TokenEntry {
    init(_ token: APIToken) {
        var grant: RoleGrant?
        if case .grant(let scope) = token.scope { grant = RoleGrant(scope) }
        self.init(
            name: token.shortName,
            owner: token.owner,
            grant: grant,
            isReadOnly: token.isReadOnly,
            createdAt: token.createdAt.rfc3339,
            createdBy: token.createdBy,
            lastUsedAt: token.lastUsedAt?.rfc3339,
            expiresAt: token.expiresAt?.rfc3339
        )
    }
}
