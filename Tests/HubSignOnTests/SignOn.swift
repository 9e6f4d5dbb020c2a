import Concurrency
import HubSignOn
import SignOnTestSupport

/// A scripted provider and the hub's side of it, at a time that a test moves.
final class SignOn: Sendable {
    static let redirectURI = "https://hub.example.com/auth/callback"

    let provider: ScriptedProvider
    let party: RelyingParty
    private let time = ManualTime(UnixTime(seconds: 1_795_348_800))

    init(key: ProviderKey = .rsa, claim: String = "groups", mapping: GroupMapping = .standard) throws {
        provider = ScriptedProvider(key: key, clock: { [time] in time.now })
        let settings = try SignOnSettings(
            issuer: provider.issuer,
            clientID: ScriptedProvider.clientID,
            clientSecret: ScriptedProvider.clientSecret,
            groupsClaim: ClaimPath(claim) ?? .groups,
            mapping: mapping
        )
        party = try provider.relyingParty(settings)
    }

    var now: UnixTime { time.now }

    func advance(by duration: Duration) { time.advance(by: duration) }

    /// One sign-in, from the button to the person.
    ///
    /// `change` may alter what the browser brings back.
    func run(
        as subject: String = "alice",
        change: (inout [String: String]) -> Void = { _ in }
    ) async throws -> SignedOnPerson {
        let (pending, url) = try await party.begin(redirectURI: Self.redirectURI)
        var parameters = provider.authorize(url, as: subject)
        change(&parameters)
        return try await party.finish(
            AuthorizationResponse(parameters: parameters),
            of: pending,
            redirectURI: Self.redirectURI
        )
    }

    /// The code of the error that a sign-in ends with; `nil` when it succeeds.
    func failure(change: (inout [String: String]) -> Void = { _ in }) async -> SignOnError.Code? {
        do {
            _ = try await run(change: change)
            return nil
        } catch { return (error as? SignOnError)?.code }
    }
}
