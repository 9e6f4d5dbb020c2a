package import JSON

/// What an operator needs to bring a cluster in: its one-time token and the command to run there.
package struct ClusterEnrolment: Hashable, Sendable {
    package var name: String
    package var id: String
    /// The one-time token; it is shown here and never again.
    package var token: String
    /// When the token stops working, RFC 3339 in UTC.
    package var tokenExpiresAt: String
    /// The SHA-256 of the hub's public key, `sha256//BASE64`, by which agents know the hub; `nil` where an authority
    /// vouches for it.
    package var pin: String?
    /// The command that starts the agent with the token.
    package var install: String

    package init(
        name: String,
        id: String,
        token: String,
        tokenExpiresAt: String,
        pin: String? = nil,
        install: String
    ) {
        self.name = name
        self.id = id
        self.token = token
        self.tokenExpiresAt = tokenExpiresAt
        self.pin = pin
        self.install = install
    }
}

extension ClusterEnrolment: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        id = try json.required("id")
        token = try json.required("token")
        tokenExpiresAt = try json.required("tokenExpiresAt")
        pin = try json.optional("pin")
        install = try json.required("install")
    }

    package var json: JSONValue {
        .members([
            "name": name, "id": id, "token": token, "tokenExpiresAt": tokenExpiresAt, "pin": pin,
            "install": install,
        ])
    }
}
