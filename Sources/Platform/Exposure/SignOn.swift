/// Who may pass after signing in.
struct SignOn: Hashable {
    /// The groups of which a person has to be in one; empty: everybody who signed in.
    let groups: [String]

    /// The people of a team, and those who administer teams or the platform.
    static func team(_ team: Team) -> SignOn { SignOn(groups: [team.namespace, "team-admin", "admin"]) }

    /// Where a person signs out of everything, on every host that asks for sign-on.
    static let signOutPath = "/logout-otomi"
}

/// The addresses of single sign-on on a cluster.
struct SignOnProvider: Hashable {
    /// The realm of Keycloak whose tokens count.
    let issuer: String
    /// The host of the sign-on proxy.
    let proxyHost: String
    /// The client that the tokens are for.
    let audience: String

    /// The proxy as the mesh knows it as an external authorizer.
    static let meshProvider = "oauth2-proxy"

    /// The keys that sign tokens.
    var keys: String { "\(issuer)/protocol/openid-connect/certs" }

    /// Ends the session of the proxy, and goes on to end that of Keycloak.
    var signOutURI: String {
        let logout = "\(issuer)/protocol/openid-connect/logout"
        var escaped = ""
        for character in logout {
            switch character {
            case ":": escaped += "%3A"
            case "/": escaped += "%2F"
            default: escaped.append(character)
            }
        }
        return "/oauth2/sign_out?rd=\(escaped)"
    }
}
