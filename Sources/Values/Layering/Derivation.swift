import JSON

/// Computes the values that follow from others.
///
/// They are never stored: they change with what they are derived from.
struct Derivation {
    private(set) var tree: JSONValue
    /// What each derived place was computed from.
    private(set) var sources: [JSONPointer: [String]] = [:]

    init(_ tree: JSONValue) {
        self.tree = tree
    }

    mutating func run() {
        deriveCluster()
        deriveSettings()
        deriveApps()
        deriveTeams()
        deriveCommon()
    }

    private func value(_ path: String) -> JSONValue? {
        JSONPointer(path).flatMap { tree[$0] }
    }

    private func flag(_ path: String) -> Bool { value(path)?.boolValue ?? false }

    /// Sets a value that nobody said.
    private mutating func derive(_ tokens: [String], _ value: JSONValue?, from places: [String]) {
        let pointer = JSONPointer(tokens)
        guard let value, tree[pointer] == nil else { return }
        // A place below something that is no object belongs to a document that the schema refuses; it stays as it is.
        guard (try? tree.set(value, at: pointer)) != nil else { return }
        sources[pointer] = places
    }

    // MARK: - Cluster and settings

    mutating func deriveCluster() {
        for place in ["/settings/dns/entrypoint", "/cluster/entrypoint"] {
            guard let domain = value(place)?.stringValue.flatMap(IPAddress.init)?.publicDomain else { continue }
            derive(["cluster", "domainSuffix"], .string(domain), from: [place])
        }
        guard let name = value("/cluster/name")?.stringValue else { return }
        let owner = value("/cluster/owner")?.stringValue ?? "otomi"
        let provider = value("/cluster/provider")?.stringValue ?? ""
        let service = ["aws": "eks", "azure": "aks", "google": "gke"][provider] ?? provider
        let full: JSONValue = .string("\(owner)-\(service)-\(name)")
        let places = ["/cluster/owner", "/cluster/provider", "/cluster/name"]
        derive(["cluster", "apiName"], full, from: places)
        derive(["cluster", "k8sContext"], full, from: places)
    }

    private mutating func deriveSettings() {
        if value("/settings/dns/provider/azure") != nil {
            for key in ["subscriptionId", "tenantId"] {
                let source = "/settings/azure/\(key)"
                derive(["settings", "dns", "provider", "azure", key], value(source), from: [source])
            }
        }
        guard let domain = value("/cluster/domainSuffix")?.stringValue else { return }
        if value("/settings/smtp") != nil {
            derive(["settings", "smtp", "from"], .string("alerts@\(domain)"), from: ["/cluster/domainSuffix"])
            derive(["settings", "smtp", "hello"], .string(domain), from: ["/cluster/domainSuffix"])
        }
    }

    private mutating func deriveCommon() {
        var domains: [JSONValue] = []
        if let domain = value("/cluster/domainSuffix") { domains.append(domain) }
        domains += value("/settings/dns/zones")?.arrayValue ?? []
        derive(["derived", "domains"], .array(domains), from: ["/cluster/domainSuffix", "/settings/dns/zones"])
        if let domain = value("/cluster/domainSuffix")?.stringValue {
            let issuer: JSONValue = .string("https://keycloak.\(domain)/realms/otomi")
            derive(["derived", "oidcIssuer"], issuer, from: ["/cluster/domainSuffix"])
        }
        derive(["derived", "untrustedCA"], .bool(hasUntrustedCA), from: Self.issuerPlaces)
        let certificate = "/apps/cert-manager/customRootCA"
        derive(["derived", "caCert"], value(certificate), from: [certificate])
    }

    private static let issuerPlaces = ["/apps/cert-manager/issuer", "/apps/cert-manager/stage"]

    /// Whether certificates come from an authority that nobody trusts by default.
    private var hasUntrustedCA: Bool {
        let issuer = value("/apps/cert-manager/issuer")?.stringValue ?? "custom-ca"
        return issuer == "custom-ca" || value("/apps/cert-manager/stage")?.stringValue == "staging"
    }

    // MARK: - Apps

    private mutating func deriveApps() {
        let provider = value("/cluster/provider")?.stringValue ?? ""
        let isOnPremises = ["onprem", "kind", "custom"].contains(provider)
        let alerts = value("/settings/alerts/receivers")?.arrayValue ?? []
        let hasAlerts = alerts.contains { $0 != "none" } || flag("/settings/otomi/isHomeMonitored")
        let hasCloudLB = flag("/settings/otomi/hasCloudLB")
        // The schema's default holds even where the section says nothing about the gateway.
        let hasManagedGateway = value("/settings/azure/appgw/isManaged")?.boolValue ?? true
        let isOnAWSLoadBalancer = provider == "aws" && hasCloudLB
        let rules: [(app: String, isOn: Bool, from: [String])] = [
            ("external-dns", flag("/settings/otomi/hasExternalDNS"), ["/settings/otomi/hasExternalDNS"]),
            ("cluster-autoscaler", provider == "aws", ["/cluster/provider"]),
            ("kured", provider == "azure" || isOnPremises, ["/cluster/provider"]),
            ("metrics-server", provider == "aws" || isOnPremises, ["/cluster/provider"]),
            ("cluster-overprovisioner", isOnPremises, ["/cluster/provider"]),
            (
                "ingress-azure", provider == "azure" && hasCloudLB && !hasManagedGateway,
                ["/cluster/provider", "/settings/otomi/hasCloudLB", "/settings/azure/appgw/isManaged"]
            ),
            (
                "aws-alb-ingress-controller", isOnAWSLoadBalancer,
                ["/cluster/provider", "/settings/otomi/hasCloudLB"]
            ),
            ("ingress-merge", isOnAWSLoadBalancer, ["/cluster/provider", "/settings/otomi/hasCloudLB"]),
            ("host-mods", hasUntrustedCA, Self.issuerPlaces),
            ("alertmanager", hasAlerts, ["/settings/alerts/receivers", "/settings/otomi/isHomeMonitored"]),
            ("prometheus-msteams", alerts.contains("msteams"), ["/settings/alerts/receivers"]),
        ]
        for rule in rules where value("/apps/\(rule.app)") != nil {
            derive(["apps", rule.app, "enabled"], .bool(rule.isOn), from: rule.from)
        }
        let password = value("/settings/otomi/adminPassword")
        for app in ["gitea", "grafana", "harbor", "keycloak"] where value("/apps/\(app)") != nil {
            derive(["apps", app, "adminPassword"], password, from: ["/settings/otomi/adminPassword"])
        }
    }

    // MARK: - Teams

    mutating func deriveTeams() {
        let domain = value("/cluster/domainSuffix")?.stringValue
        for (team, spec) in value("/teams")?.objectValue ?? [:] {
            deriveAlerts(of: team, spec)
            guard var services = spec["services"]?.objectValue, !services.isEmpty else { continue }
            for (name, service) in services {
                services[name] = deriving(service, at: ["teams", team, "services", name], domain: domain)
            }
            // One write for all of them: every write copies the path to its place.
            try? tree.set(.object(services), at: JSONPointer(["teams", team, "services"]))
        }
    }

    /// A service with what follows for it: what it is, and the host it is reached at.
    private mutating func deriving(_ service: JSONValue, at place: [String], domain: String?) -> JSONValue {
        var service = service
        if service["container"] == nil, service["predeployed"] == nil {
            service["predeployed"] = "service"
            sources[JSONPointer(place + ["predeployed"])] = ["no container"]
        }
        guard var exposure = service["exposure"], exposure.objectValue != nil, exposure["type"] != "cluster" else {
            return service
        }
        if let custom = exposure["domain"] {
            exposure["host"] = custom
            sources[JSONPointer(place + ["exposure", "host"])] = [
                JSONPointer(place + ["exposure", "domain"]).description
            ]
        } else if let domain {
            exposure["host"] = .string("\(place[3]).team-\(place[1]).\(domain)")
            sources[JSONPointer(place + ["exposure", "host"])] = ["/cluster/domainSuffix"]
        }
        service["exposure"] = exposure
        return service
    }

    /// What goes together: with a part of the team's own, the platform's key would be sent to the team's address.
    private static let opsgenieAccount = ["apiKey", "url"]

    /// What a team does not say about its alerts is the platform's, field by field; an account is all the platform's or
    /// all the team's.
    private mutating func deriveAlerts(of team: String, _ spec: JSONValue) {
        guard let alerts = value("/settings/alerts")?.objectValue else { return }
        func fill(_ value: JSONValue, _ tokens: [String], _ source: String) {
            if case .object(let members) = value, tree[JSONPointer(tokens)] != nil {
                for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                    fill(member, tokens + [key], "\(source)/\(key)")
                }
            } else {
                derive(tokens, value, from: [source])
            }
        }
        let own = spec["alerts"]?["opsgenie"]
        let hasOwnAccount = Self.opsgenieAccount.contains { own?[$0] != nil }
        for (key, value) in alerts.sorted(by: { $0.key < $1.key }) where key != "drone" {
            var value = value
            if key == "opsgenie", hasOwnAccount, let members = value.objectValue {
                value = .object(members.filter { !Self.opsgenieAccount.contains($0.key) })
            }
            fill(value, ["teams", team, "alerts", key], "/settings/alerts/\(key)")
        }
    }
}
