package import JSON

/// Where the values are to be mirrored to.
package struct GitMirrorRequest: Hashable, Sendable {
    /// `https://HOST/PATH` or `ssh://USER@HOST/PATH`.
    package var url: String
    package var branch: String
    /// `both` or `mirror`.
    package var direction: String
    package var username: String?
    /// For HTTPS: a password or an access token.
    package var password: String?
    /// For SSH: a private key in OpenSSH's format, without a passphrase.
    package var key: String?
    /// Whether the hub forgets the password or key that it has; without one and without this it keeps it.
    package var isAnonymous: Bool
    /// For SSH: the server's keys, as lines of a known_hosts file.
    package var knownHosts: String?
    /// For HTTPS: authorities besides those of the hub's system, in PEM.
    package var certificateAuthorities: String?
    /// The address of an author of whom the hub has only a name; `{name}` stands for the name.
    package var emailPattern: String?

    package init(
        url: String,
        branch: String = "main",
        direction: String = "both",
        username: String? = nil,
        password: String? = nil,
        key: String? = nil,
        isAnonymous: Bool = false,
        knownHosts: String? = nil,
        certificateAuthorities: String? = nil,
        emailPattern: String? = nil
    ) {
        self.url = url
        self.branch = branch
        self.direction = direction
        self.username = username
        self.password = password
        self.key = key
        self.isAnonymous = isAnonymous
        self.knownHosts = knownHosts
        self.certificateAuthorities = certificateAuthorities
        self.emailPattern = emailPattern
    }
}

extension GitMirrorRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        url = try json.required("url")
        branch = try json.optional("branch") ?? "main"
        direction = try json.optional("direction") ?? "both"
        username = try json.optional("username")
        password = try json.optional("password")
        key = try json.optional("key")
        isAnonymous = try json.optional("anonymous") ?? false
        knownHosts = try json.optional("knownHosts")
        certificateAuthorities = try json.optional("certificateAuthorities")
        emailPattern = try json.optional("emailPattern")
    }

    package var json: JSONValue {
        .members([
            "url": url, "branch": branch, "direction": direction, "username": username, "password": password,
            "key": key,
            "anonymous": isAnonymous ? true : nil, "knownHosts": knownHosts,
            "certificateAuthorities": certificateAuthorities, "emailPattern": emailPattern,
        ])
    }
}
