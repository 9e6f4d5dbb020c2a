import HTTPTransport
import JSON

extension HubClient {
    /// Asks the hub to let this device in (RFC 8628, section 3.1).
    ///
    /// - Throws: `HubClientError`.
    package func authorizeDevice(named name: String) async throws(HubClientError) -> DeviceAuthorization {
        let action = "signing in"
        let response = try await sendForm(
            .deviceAuthorization,
            ["client_id": DeviceFlow.clientID, "device_name": name],
            action: action
        )
        guard response.isSuccess else { throw failure(response, action: action) }
        return try decode(response, action: action)
    }

    /// Asks once whether a person has let this device in (section 3.4).
    ///
    /// - Throws: `HubClientError` when there is no answer of the hub's.
    package func deviceTokens(
        for code: String
    ) async throws(HubClientError) -> Result<IssuedTokens, OAuthError> {
        try await tokens(["grant_type": DeviceFlow.deviceGrant, "device_code": code, "client_id": DeviceFlow.clientID])
    }

    /// Renews a session; the refresh token counts once (RFC 6749, section 6).
    ///
    /// - Throws: `HubClientError` when there is no answer of the hub's.
    package func renewedTokens(
        by refreshToken: String
    ) async throws(HubClientError) -> Result<IssuedTokens, OAuthError> {
        try await tokens([
            "grant_type": DeviceFlow.refreshGrant, "refresh_token": refreshToken, "client_id": DeviceFlow.clientID,
        ])
    }

    /// Ends a session and all that could renew it (RFC 7009).
    ///
    /// - Throws: `HubClientError`.
    package func revokeTokens(_ refreshToken: String) async throws(HubClientError) {
        let action = "signing out"
        let response = try await sendForm(
            .tokenRevocation,
            ["token": refreshToken, "client_id": DeviceFlow.clientID],
            action: action
        )
        guard response.isSuccess else { throw failure(response, action: action) }
    }

    private func tokens(
        _ form: KeyValuePairs<String, String>
    ) async throws(HubClientError) -> Result<IssuedTokens, OAuthError> {
        let action = "signing in"
        let response = try await sendForm(.token, form, action: action)
        if response.isSuccess { return .success(try decode(response, action: action)) }
        guard response.status == 400 || response.status == 401, let json = try? JSONValue(parsing: response.body),
            let error = try? OAuthError(json: json)
        else { throw failure(response, action: action) }
        return .failure(error)
    }

    private func sendForm(
        _ route: DeviceFlow.Route,
        _ form: KeyValuePairs<String, String>,
        action: String
    ) async throws(HubClientError) -> HTTPResponse {
        let request = HTTPRequest(
            .post,
            url + route.rawValue,
            headers: ["Accept": "application/json", "Content-Type": FormEncoding.mediaType],
            body: Array(FormEncoding.encode(form).utf8),
            timeout: timeout,
            maximumResponseBytes: 64 << 10
        )
        do { return try await transport(request) } catch { throw HubClientError(error, hub: url) }
    }
}
