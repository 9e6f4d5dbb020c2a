import JSON

/// The facts of a cluster that its objects name.
///
/// Each fact added here makes layers differ between clusters that differ in it, so only what an object really holds belongs
/// here: never the cluster's name, region or provider. `alerting` goes into confidential objects, which are sealed to each
/// cluster anyway.
struct ClusterFacts: Hashable {
    /// The zone under which teams' default hosts are; `nil` until the cluster has one.
    let domainSuffix: String?
    /// The address that DNS records have to name, where it is not that of the load balancer.
    let entrypoint: String?
    /// DNS records are made for hosts.
    let publishesDNS: Bool
    /// How requests enter the cluster and are led to services.
    let ingress: IngressFacts
    /// Where people sign in; `nil` until the cluster has a domain.
    let signOn: SignOnProvider?
    /// Traffic leaves the cluster through a gateway.
    let hasEgressGateway: Bool
    /// The cert-manager ClusterIssuer.
    let issuer: String
    /// Every team's pods pull with the platform's credential.
    let hasGlobalPullSecret: Bool
    /// That credential; `nil` also when these values were read without their secrets.
    let globalPullSecret: PullCredential?
    /// Harbor runs here, so every team has a robot account to pull its own images.
    let hasHarbor: Bool
    /// Loki runs here, so every team has logs of its own to look at.
    let hasLoki: Bool
    /// Teams have metrics, logs and alerts of their own.
    let isMultitenant: Bool
    let alerting: AlertingFacts

    /// Reads what is there; the schemas have already refused what is wrong.
    ///
    /// `apps` are those that are on, where they are known already.
    init(_ tree: JSONValue, apps: AppSet? = nil) {
        let cluster = tree["cluster"] ?? .object([:])
        let otomi = tree["settings"]?["otomi"] ?? .object([:])
        domainSuffix = cluster["domainSuffix"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        entrypoint = tree["settings"]?["dns"]?["entrypoint"]?.stringValue ?? cluster["entrypoint"]?.stringValue
        publishesDNS = otomi["hasExternalDNS"]?.boolValue ?? false
        ingress = IngressFacts(tree)
        let realm = tree["derived"]?["oidcIssuer"]?.stringValue
        let client = tree["apps"]?["keycloak"]?["idp"]?["clientID"]?.stringValue ?? "otomi"
        signOn = domainSuffix.flatMap { domain in
            realm.map { SignOnProvider(issuer: $0, proxyHost: "auth.\(domain)", audience: client) }
        }
        let apps = apps ?? AppSet(tree: tree)
        hasEgressGateway =
            apps.isOn("istio") && tree["apps"]?["istio"]?["egressGateway"]?["enabled"]?.boolValue ?? false
        issuer = Self.issuer(of: tree["apps"]?["cert-manager"] ?? .object([:]))
        hasGlobalPullSecret = otomi["globalPullSecret"]?["username"]?.stringValue != nil
        globalPullSecret = otomi["globalPullSecret"].flatMap(PullCredential.init)
        hasHarbor = apps.isOn("harbor")
        hasLoki = apps.isOn("loki")
        isMultitenant = otomi["isMultitenant"]?.boolValue ?? true
        alerting = AlertingFacts(tree)
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
