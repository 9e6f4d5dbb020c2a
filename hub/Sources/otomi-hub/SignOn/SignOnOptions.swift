import ArgumentParser
import Glibc
import HTTPTransport
import HubSignOn
import Logging

/// The identity provider that people sign in at.
struct SignOnOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The OpenID provider's name for itself: https://…", valueName: "url"))
    var oidcIssuer: String?

    @Option(help: ArgumentHelp("The name under which the provider knows the hub.", valueName: "id"))
    var oidcClientID: String?

    @Option(
        help: ArgumentHelp(
            "A file with the client's secret; without one the hub is a public client.",
            valueName: "file"
        ),
        completion: .file()
    )
    var oidcClientSecretFile: String?

    @Option(help: ArgumentHelp("What is asked for, with spaces between.", valueName: "scopes"))
    var oidcScopes: String = SignOnSettings.standardScopes.joined(separator: " ")

    @Option(help: ArgumentHelp("The claim with the groups, such as realm_access.roles.", valueName: "claim"))
    var oidcGroupsClaim: String = ClaimPath.groups.description

    @Option(
        help: ArgumentHelp("A file that says which groups stand for which roles, JSON.", valueName: "file"),
        completion: .file()
    )
    var oidcGroupsFile: String?

    func validate() throws {
        guard (oidcIssuer == nil) == (oidcClientID == nil) else {
            throw ValidationError("--oidc-issuer and --oidc-client-id go together.")
        }
        guard oidcIssuer != nil || (oidcClientSecretFile == nil && oidcGroupsFile == nil) else {
            throw ValidationError("--oidc-client-secret-file and --oidc-groups-file need --oidc-issuer.")
        }
    }

    /// The hub's side of the sign-on; `nil` when there are local accounts alone.
    ///
    /// The provider is asked when somebody signs in for the first time: a hub starts without it.
    ///
    /// - Throws: `SignOnError` when a setting is wrong, `UnreadableFile`, `HTTPTransportError`.
    func relyingParty(logger: Logger) throws -> RelyingParty? {
        guard let oidcIssuer, let oidcClientID else { return nil }
        guard let claim = ClaimPath(oidcGroupsClaim) else {
            throw SignOnError(.configuration, "--oidc-groups-claim is empty or too long")
        }
        let settings = try SignOnSettings(
            issuer: oidcIssuer,
            clientID: oidcClientID,
            clientSecret: try oidcClientSecretFile.map(Self.secret),
            scopes: oidcScopes.split(separator: " ").map(String.init),
            groupsClaim: claim,
            mapping: try oidcGroupsFile.map { try GroupMapping(parsing: try Self.bytes(of: $0)) } ?? .standard
        )
        let http = try HTTPClient(configuration: .init(maximumWaitingRequests: 256, userAgent: "otomi-hub"))
        return RelyingParty(
            settings: settings,
            client: ProviderClient { (request) async throws(HTTPTransportError) in try await http.send(request) },
            logger: logger
        )
    }

    /// A file of the settings cannot be read.
    struct UnreadableFile: Error, CustomStringConvertible {
        let description: String
    }

    private static let longestFile = 1 << 20

    private static func secret(in path: String) throws -> String {
        guard let text = String(validating: try bytes(of: path), as: UTF8.self) else {
            throw UnreadableFile(description: "\(path) is no text")
        }
        return String(text.prefix { !$0.isNewline })
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { return result }
            result += chunk[..<count]
            guard result.count <= longestFile else {
                throw UnreadableFile(description: "\(path) is longer than \(longestFile >> 20) MiB")
            }
        }
    }

    private static func failure(_ path: String) -> UnreadableFile {
        UnreadableFile(description: "cannot read \(path): \(String(cString: strerror(errno)))")
    }
}
