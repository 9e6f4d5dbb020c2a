import Glibc
import HubAPI

/// Signs in by the device flow (RFC 8628): a person lets this command line in with a browser, on whichever machine.
struct DeviceLogin: LoginMethod {
    private static let longestCode: Int64 = 3_600
    private static let longestInterval: Int64 = 60
    /// How often in a row the hub may be out of reach while a person is on the way through the browser.
    private static let maximumFailures = 10

    /// Whether a browser is opened here.
    let opensBrowser: Bool

    /// Shows the code, and waits until a person has decided or the code's time is up.
    func signIn(_ connect: @Sendable (_ token: String?) throws -> HubClient, in session: Session) async throws -> LetIn
    {
        let hub = try connect(nil)
        let device = try await hub.authorizeDevice(named: Self.machineName)
        // What the hub says goes to a terminal, which obeys control characters.
        guard (device.verificationURIComplete + device.userCode).utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CommandFailure(.failure, "the hub answered with an address that cannot be shown")
        }
        session.terminal.note("To sign in, open this page in a browser:")
        session.terminal.note("")
        session.terminal.note("  \(device.verificationURIComplete)")
        session.terminal.note("")
        session.terminal.note("and compare the code there: \(device.userCode)")
        if opensBrowser { openBrowser(device.verificationURIComplete, in: session) }
        let tokens = try await poll(device, hub, in: session)
        return LetIn(
            secret: tokens.accessToken,
            refreshToken: tokens.refreshToken,
            entry: try await connect(tokens.accessToken).session()
        )
    }

    /// What this machine calls itself on the page.
    private static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func poll(
        _ device: DeviceAuthorization,
        _ hub: HubClient,
        in session: Session
    ) async throws -> IssuedTokens {
        let end = session.time.elapsed() + .seconds(min(max(device.expiresIn, 1), Self.longestCode))
        var interval = min(max(device.interval, 1), Self.longestInterval)
        var failures = 0
        while session.time.elapsed() + .seconds(interval) < end {
            try await session.time.sleep(.seconds(interval))
            let answer: Result<IssuedTokens, OAuthError>
            do {
                answer = try await hub.deviceTokens(for: device.deviceCode)
                failures = 0
            } catch {
                // A hub that is being restarted must not cost the person what they just did in the browser.
                failures += 1
                guard error.isTransient, failures < Self.maximumFailures else {
                    throw error
                }
                continue
            }
            switch answer {
            case .success(let tokens): return tokens
            case .failure(let error):
                switch error.code {
                case .authorizationPending: break
                case .slowDown: interval = min(interval + DeviceFlow.slowDownSeconds, Self.longestInterval)
                case .accessDenied: throw CommandFailure(.notAllowed, "the sign-in was refused in the browser")
                case .expiredToken: throw Self.tooLate
                default: throw CommandFailure(.failure, "the hub ended the sign-in: \(error.message)")
                }
            }
        }
        throw Self.tooLate
    }

    private static let tooLate = CommandFailure(
        .timeout,
        "nobody has let this command line in before the code expired; run otomi login again"
    )

    /// Whoever has no browser here has the address.
    private func openBrowser(_ url: String, in session: Session) {
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else { return }
        do {
            guard try session.programs.run("xdg-open", [url], "") != 0 else { return }
        } catch {}
        session.terminal.note("no browser could be opened here; open the page yourself")
    }
}
