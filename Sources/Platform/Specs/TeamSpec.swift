import JSON

/// What a team's document says about its namespace.
struct TeamSpec: Spec {
    /// `spec.hard` of the ResourceQuota, over the defaults.
    let resourceQuota: [String: String]
    /// `default` and `defaultRequest` of the LimitRange.
    let limitRange: LimitRangeSpec?
    /// Incoming traffic is denied unless a service allows it.
    let filtersIngress: Bool
    /// Outgoing traffic is denied unless a service allows it.
    let filtersEgress: Bool
    /// Where the team's alerts go.
    let alerts: AlertsSpec
    /// The team wants Prometheus, Alertmanager and Grafana of its own.
    let isMonitored: Bool
    /// The team's password for its logs.
    let password: SecretText
    let azureMonitor: AzureMonitorSpec?

    init(json: JSONValue) throws(JSONError) {
        resourceQuota = try json.textMap("resourceQuota")
        limitRange = try json.spec("limitRange")
        let network = try json.spec("networkPolicy", as: TeamNetworkSpec.self)
        filtersIngress = network?.ingressPrivate ?? true
        filtersEgress = network?.egressPublic ?? true
        alerts = try json.spec("alerts") ?? .nobody
        isMonitored = try json.spec("monitoringStack", as: MonitoringStackSpec.self)?.enabled ?? true
        password = SecretText(json["password"])
        azureMonitor = try json.spec("azureMonitor")
    }
}

/// The resources of a container that names none itself.
struct LimitRangeSpec: Spec {
    let limits: [String: String]
    let requests: [String: String]

    init(json: JSONValue) throws(JSONError) {
        limits = try json.textMap("default")
        requests = try json.textMap("defaultRequest")
    }
}

private struct MonitoringStackSpec: Spec {
    let enabled: Bool?

    init(json: JSONValue) throws(JSONError) {
        enabled = try json.optional("enabled")
    }
}

private struct TeamNetworkSpec: Spec {
    let ingressPrivate: Bool?
    let egressPublic: Bool?

    init(json: JSONValue) throws(JSONError) {
        ingressPrivate = try json.optional("ingressPrivate")
        egressPublic = try json.optional("egressPublic")
    }
}
