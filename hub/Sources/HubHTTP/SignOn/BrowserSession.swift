import Crypto
import HubAPI
import HubSignOn
import HubStore
import Hummingbird

/// Somebody who is signed in with a browser.
struct BrowserSession: Sendable {
    let identity: Identity
    /// The session's secret.
    let secret: String

    /// What a form must send along to be believed.
    var formToken: String { CrossSiteGuard.token(of: secret) }

    var personID: String? { identity.personID }

    /// The person, for what they do with their own account: none of it is a team's.
    func actor(from address: String?) -> Actor { Actor(identity.principal, address: address).unbound }
}

/// Looks at what the hub's own pages are asked with: cookies and forms.
struct BrowserRequests: Sendable {
    /// The field of a form that proves that it is one of the hub's pages.
    static let formTokenField = "csrf"
    /// How long a form may be, in bytes.
    static let formLimit = 16 << 10

    let store: HubStore
    let cookies: SessionCookie

    /// Who is signed in; `nil` when nobody is.
    func session(_ request: Request) async throws -> BrowserSession? {
        guard let secret = cookies.secret(in: request), let credential = Credential(session: secret, .browser),
            let identity = try await store.identify(credential)
        else { return nil }
        return BrowserSession(identity: identity, secret: secret)
    }

    /// The fields of a form; `nil` when the body is none.
    func form(_ request: Request) async throws -> [String: String]? {
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix(FormEncoding.mediaType) else {
            return nil
        }
        let bytes = try await request.bytes(limit: Self.formLimit)
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return FormEncoding.decode(text)
    }

    /// The fields of a form that one of the hub's pages sent for `session`.
    ///
    /// - Throws: `PageFailure` when it came from elsewhere.
    func form(_ request: Request, of session: BrowserSession) async throws -> [String: String] {
        let fields = try await ownForm(request)
        let shown = SHA256.hash(data: Array((fields[Self.formTokenField] ?? "").utf8))
        // Digests are compared in constant time.
        guard shown == SHA256.hash(data: Array(session.formToken.utf8)) else { throw Self.foreign }
        return fields
    }

    /// The fields of a form of one of the hub's pages, where nobody needs to be signed in.
    ///
    /// - Throws: `PageFailure` when the browser does not say that it came from here.
    func ownForm(_ request: Request) async throws -> [String: String] {
        let isOwn = (try? CrossSiteGuard(cookies.address).comesFromHere(request)) ?? false
        guard isOwn, let fields = try await form(request) else { throw Self.foreign }
        return fields
    }

    private static let foreign = PageFailure(
        .forbidden,
        "This form is not the hub's",
        "Your browser says that it came from another site, or it is too old. Go back, load the page again and repeat."
    )
}
