package import Concurrency
import Crypto
package import HTTPTransport
import HubAPI
package import HubSignOn
package import JSON
import Logging
import Synchronization

/// An OpenID provider in memory that does what a test tells it, wrong things included.
package final class ScriptedProvider: Sendable {
    /// What the provider does; a test changes it between two steps.
    package struct Script: Sendable {
        /// What the discovery document says instead; a `null` takes a member away.
        package var metadata: [String: JSONValue] = [:]
        /// The claims of the next tokens, over the usual ones; a `null` takes one away.
        package var claims: [String: JSONValue] = [:]
        /// What the header of the next tokens says instead; a `null` takes a member away.
        package var header: [String: JSONValue] = [:]
        package var userinfo: JSONValue = [:]
        /// The keys that it publishes.
        package var published: [ProviderKey]
        /// The key that it signs with.
        package var signing: ProviderKey
        /// Changes the text of the next tokens.
        package var tamper: @Sendable (String) -> String = { $0 }
        /// Paths that answer with this instead.
        package var answers: [String: HTTPResponse] = [:]
        /// Paths that do not answer.
        package var silent: Set<String> = []
    }

    private struct Grant: Sendable {
        let parameters: [String: String]
        let subject: String
    }

    private struct State {
        var script: Script
        var codes: [String: Grant] = [:]
        var requests: [HTTPRequest] = []
        var number = 0
    }

    package static let clientID = "otomi-hub"
    package static let clientSecret = "s3cret: with/odd+characters"

    package let issuer: String
    private let clock: WallClock
    private let state: Mutex<State>

    package init(
        issuer: String = "https://id.example.com/realms/fleet",
        key: ProviderKey = .rsa,
        clock: @escaping WallClock
    ) {
        self.issuer = issuer
        self.clock = clock
        state = Mutex(State(script: Script(published: [key], signing: key)))
    }

    /// Changes what the provider does.
    package func change(_ body: (inout Script) -> Void) { state.withLock { body(&$0.script) } }

    /// How often a path was asked for.
    package func count(_ path: String) -> Int {
        state.withLock { $0.requests.count { Self.path($0.url) == Self.path(issuer) + path } }
    }

    /// The last request for a path.
    package func last(_ path: String) -> HTTPRequest? {
        state.withLock { $0.requests.last { Self.path($0.url) == Self.path(issuer) + path } }
    }

    package var settings: SignOnSettings {
        get throws { try SignOnSettings(issuer: issuer, clientID: Self.clientID, clientSecret: Self.clientSecret) }
    }

    /// The hub's side of it.
    package func relyingParty(_ settings: SignOnSettings? = nil) throws -> RelyingParty {
        RelyingParty(
            settings: try settings ?? self.settings,
            client: ProviderClient { [self] (request) async throws(HTTPTransportError) in try answer(request) },
            logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: clock
        )
    }

    // MARK: - The browser's part

    /// Signs `subject` in at the address that the hub sent the browser to.
    ///
    /// - Returns: the parameters that the browser brings back.
    package func authorize(_ url: String, as subject: String = "alice") -> [String: String] {
        let query = url.split(separator: "?", maxSplits: 1).last ?? ""
        let parameters = FormEncoding.decode(query) ?? [:]
        let code = state.withLock { state in
            state.number += 1
            let code = "code-\(state.number)"
            state.codes[code] = Grant(parameters: parameters, subject: subject)
            return code
        }
        return ["code": code, "state": parameters["state"] ?? "", "iss": issuer]
    }

    // MARK: - The provider's part

    private func answer(_ request: HTTPRequest) throws(HTTPTransportError) -> HTTPResponse {
        let script = state.withLock { state in
            state.requests.append(request)
            return state.script
        }
        let path = String(Self.path(request.url).dropFirst(Self.path(issuer).count))
        if script.silent.contains(path) { throw HTTPTransportError(.connect, "connection refused", url: request.url) }
        if let answer = script.answers[path] { return answer }
        switch path {
        case "/.well-known/openid-configuration": return Self.json(metadata(script))
        case "/keys": return Self.json(["keys": .array(script.published.map(\.json))])
        case "/token": return token(request, script)
        case "/userinfo": return Self.json(script.userinfo)
        default: return HTTPResponse(status: 404)
        }
    }

    private func metadata(_ script: Script) -> JSONValue {
        Self.object(
            [
                "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/authorize?tenant=1"),
                "token_endpoint": .string(issuer + "/token"), "jwks_uri": .string(issuer + "/keys"),
                "userinfo_endpoint": .string(issuer + "/userinfo"),
                "end_session_endpoint": .string(issuer + "/logout"),
                "authorization_response_iss_parameter_supported": true,
            ],
            script.metadata
        )
    }

    private func token(_ request: HTTPRequest, _ script: Script) -> HTTPResponse {
        let form = FormEncoding.decode(String(decoding: request.body ?? [], as: UTF8.self)) ?? [:]
        let grant = state.withLock { $0.codes.removeValue(forKey: form["code"] ?? "") }
        guard let grant, form["redirect_uri"] == grant.parameters["redirect_uri"],
            Base64URL.encode(Array(SHA256.hash(data: Array((form["code_verifier"] ?? "").utf8))))
                == grant.parameters["code_challenge"]
        else { return Self.json(["error": "invalid_grant"], status: 400) }
        let now = clock().seconds
        let claims = Self.object(
            [
                "iss": .string(issuer), "aud": .string(Self.clientID), "sub": .string(grant.subject),
                "iat": .integer(now), "exp": .integer(now + 300),
                "nonce": .string(grant.parameters["nonce"] ?? ""),
                "name": .string("\(grant.subject.prefix(1).uppercased())\(grant.subject.dropFirst()) Example"),
                "email": .string("\(grant.subject)@example.com"), "email_verified": true,
                "groups": ["team-web"],
            ],
            script.claims
        )
        let header = Self.object(
            ["alg": .string(script.signing.algorithm.rawValue), "kid": .string(script.signing.id), "typ": "JWT"],
            script.header
        )
        let text = Base64URL.encode(header.serialized()) + "." + Base64URL.encode(claims.serialized())
        let token = script.tamper(text + "." + Base64URL.encode(script.signing.sign(Array(text.utf8))))
        return Self.json([
            "access_token": "access-1", "token_type": "bearer", "expires_in": 300, "id_token": .string(token),
        ])
    }

    private static func object(_ usual: [String: JSONValue], _ changes: [String: JSONValue]) -> JSONValue {
        .object(usual.merging(changes) { _, change in change }.filter { !$0.value.isNull })
    }

    private static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: value.serialized())
    }

    private static func path(_ url: String) -> String {
        String(url.prefix { $0 != "?" }.dropFirst(URLParts.origin(url).count))
    }
}
