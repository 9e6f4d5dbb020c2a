import JSON

/// The facts of a cluster that its objects name.
///
/// Each fact added here makes layers differ between clusters that differ in it, so only what an object really holds belongs
/// here: never the cluster's name, region or provider.
struct ClusterFacts: Hashable {
    let name: String
    /// The zone under which teams' default hosts are; `nil` until the cluster has one.
    let domainSuffix: String?
    /// The address that DNS records have to name, where it is not that of the load balancer.
    let entrypoint: String?
    /// DNS records are made for hosts.
    let publishesDNS: Bool
    /// The cert-manager ClusterIssuer.
    let issuer: String
    /// Every team's pods pull with the platform's credential.
    let hasGlobalPullSecret: Bool
    /// That credential; `nil` also when these values were read without their secrets.
    let globalPullSecret: PullCredential?
    /// Harbor runs here, so every team has a robot account to pull its own images.
    let hasHarbor: Bool

    /// Reads what is there; the schemas have already refused what is wrong.
    init(_ tree: JSONValue) {
        let cluster = tree["cluster"] ?? .object([:])
        let otomi = tree["settings"]?["otomi"] ?? .object([:])
        name = cluster["name"]?.stringValue ?? ""
        domainSuffix = cluster["domainSuffix"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        entrypoint = tree["settings"]?["dns"]?["entrypoint"]?.stringValue ?? cluster["entrypoint"]?.stringValue
        publishesDNS = otomi["hasExternalDNS"]?.boolValue ?? false
        issuer = Self.issuer(of: tree["apps"]?["cert-manager"] ?? .object([:]))
        hasGlobalPullSecret = otomi["globalPullSecret"]?["username"]?.stringValue != nil
        globalPullSecret = otomi["globalPullSecret"].flatMap(PullCredential.init)
        hasHarbor = Self.isEnabled("harbor", in: tree)
    }

    private static func isEnabled(_ app: String, in tree: JSONValue) -> Bool {
        guard let spec = tree["apps"]?[app], !spec.isNull else { return false }
        return spec["enabled"]?.boolValue ?? true
    }

    private static func issuer(of app: JSONValue) -> String {
        guard app["issuer"]?.stringValue == "letsencrypt" else { return "custom-ca" }
        return app["stage"]?.stringValue == "staging" ? "letsencrypt-staging" : "letsencrypt-production"
    }
}

/// A user of a registry, with the password in the clear.
struct PullCredential: Hashable {
    let server: String
    let username: String
    let password: String
    let email: String

    /// `nil` unless both name and password are there in the clear.
    init?(_ json: JSONValue) {
        guard let username = json["username"]?.stringValue, let password = json["password"]?.stringValue else {
            return nil
        }
        self.username = username
        self.password = password
        server = json["server"]?.stringValue ?? "docker.io"
        email = json["email"]?.stringValue ?? "not@us.ed"
    }

    /// The content of a `.dockerconfigjson` entry.
    var dockerConfig: JSONValue {
        [
            "auths": [
                server: [
                    "username": .string(username),
                    "password": .string(password),
                    "email": .string(email),
                    "auth": .string(Base64.encode("\(username):\(password)".utf8)),
                ]
            ]
        ]
    }
}
