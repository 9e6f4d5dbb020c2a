/// What the browser brought back from the provider (RFC 6749, section 4.1.2; RFC 9207).
package struct AuthorizationResponse: Hashable, Sendable {
    private static let longestCode = 4_096

    package let state: String?
    private let code: String?
    private let error: String?
    private let issuer: String?

    /// Takes the callback's parameters over.
    package init(parameters: [String: String]) {
        state = parameters["state"]
        code = parameters["code"]
        error = parameters["error"]
        issuer = parameters["iss"]
    }

    /// The code, when the answer belongs to `pending` and to the provider.
    ///
    /// - Throws: `SignOnError.Code.response` when it does not, `.refused` when the provider said no.
    func code(for pending: PendingSignOn, _ metadata: ProviderMetadata) throws(SignOnError) -> String {
        guard state == pending.state else {
            throw SignOnError(.response, "the state is not that of the request")
        }
        if let issuer {
            guard issuer == metadata.issuer else {
                throw SignOnError(.response, "the answer is of another issuer: '\(issuer.prefix(200))'")
            }
        } else if metadata.namesIssuerInResponse {
            throw SignOnError(.response, "the answer names no issuer, though the provider says that its answers do")
        }
        if let error {
            let isTemporary = error == "temporarily_unavailable" || error == "server_error"
            throw SignOnError(
                isTemporary ? .unavailable : .refused,
                "the provider refused: \(error.prefix(64))"
            )
        }
        guard let code, !code.isEmpty, code.utf8.count <= Self.longestCode else {
            throw SignOnError(.response, "the answer has no code")
        }
        return code
    }
}
