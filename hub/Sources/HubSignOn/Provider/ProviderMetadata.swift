import HTTPTransport
package import JSON

/// What a provider says of itself (OpenID Connect Discovery 1.0, section 3).
package struct ProviderMetadata: Hashable, Sendable {
    /// How the hub shows at the token endpoint that it is the client.
    package enum ClientAuthentication: Hashable, Sendable {
        /// The secret in the header `Authorization` (RFC 6749, section 2.3.1).
        case basic
        /// The secret in the body.
        case post
    }

    package let issuer: String
    package let authorizationEndpoint: String
    package let tokenEndpoint: String
    package let keysURL: String
    package let userinfoEndpoint: String?
    package let endSessionEndpoint: String?
    /// Whether every answer to an authorization request names the issuer (RFC 9207, section 3).
    package let namesIssuerInResponse: Bool
    /// Which way the hub authenticates when it has a secret.
    package let authentication: ClientAuthentication

    /// Reads a discovery document.
    ///
    /// - Throws: `SignOnError.Code.provider` when it is of another issuer, lacks what is needed or names an address that
    ///   is not safe to use.
    package init(json: JSONValue, issuer: String) throws(SignOnError) {
        let found = json["issuer"]?.stringValue ?? ""
        guard found == issuer else {
            throw SignOnError(
                .provider,
                "the provider calls itself '\(found.prefix(200))', not '\(issuer)': set --oidc-issuer to exactly its name"
            )
        }
        self.issuer = issuer
        authorizationEndpoint = try Self.required("authorization_endpoint", json, issuer)
        tokenEndpoint = try Self.required("token_endpoint", json, issuer)
        keysURL = try Self.required("jwks_uri", json, issuer)
        userinfoEndpoint = try Self.address("userinfo_endpoint", json, issuer)
        endSessionEndpoint = try Self.address("end_session_endpoint", json, issuer)
        namesIssuerInResponse = json["authorization_response_iss_parameter_supported"] == true
        authentication = try Self.authentication(json)
    }

    private static func required(_ name: String, _ json: JSONValue, _ issuer: String) throws(SignOnError) -> String {
        guard let url = try address(name, json, issuer) else {
            throw SignOnError(.provider, "the discovery document of \(issuer) has no '\(name)'")
        }
        return url
    }

    private static func address(_ name: String, _ json: JSONValue, _ issuer: String) throws(SignOnError) -> String? {
        guard let url = json[name]?.stringValue else { return nil }
        guard SecureAddress.accepts(url, beside: issuer) else {
            throw SignOnError(.provider, "'\(name)' of \(issuer) is no https:// address: '\(url.prefix(200))'")
        }
        return url
    }

    private static func authentication(_ json: JSONValue) throws(SignOnError) -> ClientAuthentication {
        // Without the member the header is the way (section 3).
        guard let methods = json["token_endpoint_auth_methods_supported"]?.arrayValue else { return .basic }
        if methods.contains("client_secret_basic") { return .basic }
        if methods.contains("client_secret_post") { return .post }
        // A provider of public clients alone; the secret, if there is one, is of no use to it.
        if methods.contains("none") { return .post }
        throw SignOnError(
            .provider,
            "the provider takes neither client_secret_basic nor client_secret_post at its token endpoint"
        )
    }
}
