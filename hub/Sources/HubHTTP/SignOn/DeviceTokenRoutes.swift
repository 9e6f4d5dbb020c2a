import HTTPTypes
import HubAPI
import HubSignOn
import HubStore
import Hummingbird
import JSON
import Logging
import NIOCore

/// The hub as the authorization server of its command line: device codes and tokens (RFC 8628; RFC 6749, section 6;
/// RFC 7009).
struct DeviceTokenRoutes {
    private static let longestName = 64
    private static let codeAttempts = 4

    let store: HubStore
    let address: PublicAddress
    let browsers: BrowserRequests

    func add(to router: Router<HubContext>) {
        router.post("\(DeviceFlow.Route.deviceAuthorization.rawValue)") { request, context in
            try await answer { try await authorize(request, context) }
        }
        router.post("\(DeviceFlow.Route.token.rawValue)") { request, context in
            try await answer { try await issue(request, context) }
        }
        router.post("\(DeviceFlow.Route.tokenRevocation.rawValue)") { request, context in
            try await answer { try await revoke(request) }
        }
    }

    // MARK: - Device authorization (RFC 8628, section 3.1)

    private func authorize(_ request: Request, _ context: HubContext) async throws -> Response {
        let form = try await form(request)
        let client = Self.visible(form["device_name"] ?? "")
        let origin = request.signInOrigin(context)
        for _ in 0..<Self.codeAttempts {
            let user = UserCode()
            guard let code = try await store.requestDevice(userCode: user.letters, client: client, from: origin) else {
                continue
            }
            let page = address.url(for: request) + DeviceFlow.Route.deviceAuthorization.rawValue
            return Self.response(
                DeviceAuthorization(
                    deviceCode: code,
                    userCode: user.description,
                    verificationURI: page,
                    verificationURIComplete: "\(page)?user_code=\(user)",
                    expiresIn: HubStore.deviceCodeLifetime.components.seconds,
                    interval: HubStore.deviceInterval
                )
            )
        }
        throw OAuthError(.temporarilyUnavailable, "No code is free; try again.")
    }

    // MARK: - Tokens (section 3.4)

    private func issue(_ request: Request, _ context: HubContext) async throws -> Response {
        let form = try await form(request)
        let origin = request.signInOrigin(context)
        switch form["grant_type"] {
        case DeviceFlow.deviceGrant:
            guard let code = form["device_code"] else { throw Self.missing("device_code") }
            return try Self.response(to: try await store.redeemDevice(code: code, from: origin), context)
        case DeviceFlow.refreshGrant:
            guard let token = form["refresh_token"] else { throw Self.missing("refresh_token") }
            return try Self.response(to: try await store.refresh(token, from: origin), context)
        case nil: throw Self.missing("grant_type")
        default: throw OAuthError(.unsupportedGrantType, "Only the device code and the refresh token are taken.")
        }
    }

    private static func response(to answer: DeviceAnswer, _ context: HubContext) throws -> Response {
        switch answer {
        case .letIn(let session):
            context.logger.info("a command line signed in", metadata: ["person": "\(session.person)"])
            return response(IssuedTokens(session))
        case .pending: throw OAuthError(.authorizationPending, "Nobody has decided yet.")
        case .tooSoon: throw OAuthError(.slowDown, "Ask less often: five seconds were added to the interval.")
        case .denied: throw OAuthError(.accessDenied, "The sign-in was refused.")
        case .expired: throw OAuthError(.expiredToken, "The code has expired; begin again.")
        case .unknown: throw OAuthError(.invalidGrant, "There is no such code, or it was used; begin again.")
        }
    }

    private static func response(to answer: RefreshAnswer, _ context: HubContext) throws -> Response {
        switch answer {
        case .renewed(let session): return response(IssuedTokens(session))
        case .unknown: throw OAuthError(.invalidGrant, "The sign-in has ended; sign in again.")
        case .reused(let person):
            context.logger.warning(
                "a refresh token was shown twice: the sign-in was ended",
                metadata: ["person": "\(person)", "address": "\(context.address ?? "unknown")"]
            )
            throw OAuthError(.invalidGrant, "The sign-in has ended; sign in again.")
        }
    }

    // MARK: - Revocation (RFC 7009)

    private func revoke(_ request: Request) async throws -> Response {
        guard let token = try await form(request)["token"] else { throw Self.missing("token") }
        try await store.revokeRefresh(token)
        return Response(status: .ok, headers: [.cacheControl: "no-store"])
    }

    // MARK: - Forms and answers

    private func form(_ request: Request) async throws -> [String: String] {
        guard let form = try await browsers.form(request) else {
            throw OAuthError(.invalidRequest, "The body must be a form, with each parameter once.")
        }
        guard form["client_id"] == DeviceFlow.clientID else {
            throw OAuthError(.invalidClient, "The client_id must be \(DeviceFlow.clientID).")
        }
        return form
    }

    private func answer(_ body: () async throws -> Response) async throws -> Response {
        do { return try await body() } catch let error as OAuthError {
            return Self.response(error, status: error.code == .invalidClient ? .unauthorized : .badRequest)
        }
    }

    private static func response(_ message: some JSONRepresentable, status: HTTPResponse.Status = .ok) -> Response {
        // RFC 6749, section 5.1: no cache may keep tokens.
        Response(message, status: status, headers: [.cacheControl: "no-store"])
    }

    private static func missing(_ name: String) -> OAuthError {
        OAuthError(.invalidRequest, "The parameter '\(name)' is missing.")
    }

    /// What a device calls itself, as it may be shown.
    private static func visible(_ name: String) -> String {
        String(
            name.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(longestName).map(Character.init)
        )
    }
}

extension IssuedTokens {
    init(_ session: DeviceSession) {
        self.init(
            accessToken: session.token,
            expiresIn: session.lifetime.components.seconds,
            refreshToken: session.refreshToken
        )
    }
}
