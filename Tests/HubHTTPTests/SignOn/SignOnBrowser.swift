import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import SignOnTestSupport
import Synchronization
import Testing

/// A browser as far as the hub can tell: it keeps cookies and says where its requests come from.
final class SignOnBrowser: Sendable {
    private let caller: HubCaller
    private let jar = Mutex<[String: String]>([:])

    init(caller: HubCaller) {
        self.caller = caller
    }

    var cookies: [String: String] { jar.withLock { $0 } }

    /// The session's secret.
    var session: String? { cookies["__Host-otomi"] }

    /// What the browser is let in with.
    func credential() throws -> Credential {
        let secret = try #require(session)
        return try #require(Credential(session: secret, .browser))
    }

    /// Makes this browser hold the cookies of another.
    func adopt(_ cookies: [String: String]) { jar.withLock { $0 = cookies } }

    func get(_ path: String) async throws -> HubAnswer { try await send(.get, path) }

    /// Sends a form of one of the hub's pages, or of another site's.
    func post(
        _ path: String,
        _ form: KeyValuePairs<String, String>,
        from origin: String = SignOnHub.address
    ) async throws -> HubAnswer {
        var headers: HTTPFields = [.contentType: FormEncoding.mediaType, .origin: origin]
        if let name = HTTPField.Name("Sec-Fetch-Site") {
            headers[name] = origin == SignOnHub.address ? "same-origin" : "cross-site"
        }
        return try await send(.post, path, headers: headers, body: Array(FormEncoding.encode(form).utf8))
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: [UInt8]? = nil
    ) async throws -> HubAnswer {
        var headers = headers
        let cookies = self.cookies
        if !cookies.isEmpty { headers[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        let answer = try await caller.send(method, path, headers: headers, body: body)
        for line in answer.headers[values: .setCookie] {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isGone = line.contains("Max-Age=0")
            jar.withLock { $0[String(pair[0])] = isGone ? nil : String(pair[1]) }
        }
        return answer
    }

    // MARK: - What people do

    /// Follows the button, signs in at the provider and comes back.
    func signOn(
        at provider: ScriptedProvider,
        as subject: String = "alice",
        to path: String = "/"
    ) async throws
        -> HubAnswer
    {
        try await get(try await callback(at: provider, as: subject, to: path))
    }

    /// The way to the provider and through it, up to the address that the browser is sent back to.
    func callback(
        at provider: ScriptedProvider,
        as subject: String = "alice",
        to path: String = "/"
    ) async throws
        -> String
    {
        let begun = try await get("/auth/login?return=\(PercentEncoding.encode(path))")
        try #require(begun.status == 303, "\(begun.status): \(begun.text)")
        let parameters = provider.authorize(try #require(begun.headers[.location]), as: subject)
        let query = parameters.map { "\($0.key)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
        return "/auth/callback?\(query)"
    }

    /// The proof that the hub's pages put into their forms.
    func formToken(of page: HubAnswer) throws -> String {
        let marker = #"name="csrf" value=""#
        let start = try #require(page.text.firstRange(of: marker)?.upperBound)
        return String(page.text[start...].prefix { $0 != "\"" })
    }

    /// Looks at a device's page and presses a button.
    @discardableResult
    func decide(_ userCode: String, _ decision: String) async throws -> HubAnswer {
        let page = try await get("/auth/device?user_code=\(userCode)")
        try #require(page.status == 200, "\(page.status): \(page.text)")
        let answer = try await post(
            "/auth/device/decision",
            ["csrf": try formToken(of: page), "user_code": userCode, "decision": decision]
        )
        try #require(answer.status == 200, "\(answer.status): \(answer.text)")
        return answer
    }
}
