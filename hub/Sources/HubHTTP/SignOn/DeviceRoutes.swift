import Concurrency
import HTTPTypes
import HubAPI
import HubSignOn
import HubStore
import Hummingbird
import Logging
import Values

/// The page on which a person lets a command line in (RFC 8628, section 3.3).
struct DeviceRoutes {
    static let page = DeviceFlow.Route.deviceAuthorization.rawValue
    static let decision = "/auth/device/decision"

    private let store: HubStore
    private let provider: RelyingParty?
    private let browsers: BrowserRequests
    private let clock: WallClock
    private let guesses: CodeGuesses

    init(store: HubStore, provider: RelyingParty?, browsers: BrowserRequests, clock: @escaping WallClock) {
        self.store = store
        self.provider = provider
        self.browsers = browsers
        self.clock = clock
        guesses = CodeGuesses(clock: clock)
    }

    func add(to router: Router<HubContext>) {
        router.get("\(Self.page)") { request, context in
            await webPage(context) { try await show(request, context) }
        }
        router.post("\(Self.decision)") { request, context in
            await webPage(context) { try await decide(request, context) }
        }
    }

    // MARK: - Looking

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        let typed = request.query("user_code")
        guard let session = try await browsers.session(request), let personID = session.personID else {
            return .seeOther("\(SignOnRoutes.login)?return=\(PercentEncoding.encode(Self.address(of: typed)))")
        }
        let leave = await provider?.logoutOrigin()
        guard let typed else { return EnterCodePage(session: session).page(formTarget: leave).response() }
        guard guesses.mayGuess(personID) else { return refusal(session, Self.tooMany, .tooManyRequests, leave) }
        guard let code = UserCode(typed: typed), let device = try await store.device(userCode: code.letters),
            !device.isDecided
        else {
            guesses.missed(personID)
            return refusal(session, Self.unknown, .notFound, leave)
        }
        return ConfirmDevicePage(
            session: session,
            code: code,
            device: device,
            callerAddress: context.address,
            now: clock()
        ).page(formTarget: leave).response()
    }

    // MARK: - Deciding

    private func decide(_ request: Request, _ context: HubContext) async throws -> Response {
        guard let session = try await browsers.session(request), let personID = session.personID else {
            return .seeOther(SignOnRoutes.login)
        }
        let fields = try await browsers.form(request, of: session)
        guard guesses.mayGuess(personID) else { return refusal(session, Self.tooMany, .tooManyRequests, nil) }
        guard let code = UserCode(typed: fields["user_code"] ?? ""), let decision = fields["decision"],
            ["allow", "deny"].contains(decision),
            try await store.acting(as: session.actor(from: context.address)).decideDevice(
                userCode: code.letters,
                letIn: decision == "allow",
                personID: personID
            )
        else {
            guesses.missed(personID)
            return refusal(session, Self.unknown, .notFound, nil)
        }
        let isLetIn = decision == "allow"
        context.logger.notice(
            isLetIn ? "a command line was let in" : "a command line was refused",
            metadata: ["person": "\(session.identity.principal.name)"]
        )
        let text =
            isLetIn ? "It goes on by itself. You can close this window." : "It was told so. You can close this window."
        return WebPage(
            title: isLetIn ? "The command line is signed in" : "The command line was refused",
            content: "<p>\(text)</p>"
        ).response()
    }

    private static let unknown =
        "No command line waits with this code. It may be mistyped, used, or older than ten minutes."
    private static let tooMany = "Too many codes were wrong. Wait a minute, then try again."

    private func refusal(
        _ session: BrowserSession,
        _ alarm: String,
        _ status: HTTPResponse.Status,
        _ leave: String?
    ) -> Response {
        EnterCodePage(session: session, alarm: alarm, status: status).page(formTarget: leave).response()
    }

    /// The page for a code, without anything else that the address may have held.
    private static func address(of typed: String?) -> String {
        guard let code = typed.flatMap({ UserCode(typed: $0) }) else { return page }
        return "\(page)?user_code=\(code)"
    }
}
