import JSON

extension TeamBuilder {
    /// What makes the pods of services behind sign-on refuse everybody else, however a request reaches them.
    func signOnPolicies(_ exposures: [Exposure]) -> [Manifest] {
        guard let provider = cluster.signOn else { return [] }
        return exposures.filter { $0.spec.auth && !$0.spec.tlsPass }.flatMap { exposure -> [Manifest] in
            let label = exposure.service.spec.podLabel(of: exposure.name)
            let selector: JSONValue = ["matchLabels": [label.key: .string(label.value)]]
            let labels = [Exposure.serviceLabel: exposure.name]
            let rule: JSONValue = [
                "issuer": .string(provider.issuer),
                "jwksUri": .string(provider.keys),
                "audiences": [.string(provider.audience)],
                "forwardOriginalToken": true,
            ]
            return [
                manifest(
                    .requestAuthentication,
                    exposure.name,
                    labels: labels,
                    ["spec": ["selector": selector, "jwtRules": [rule]]]
                ),
                manifest(
                    .authorizationPolicy,
                    exposure.name,
                    labels: labels,
                    [
                        "spec": [
                            "selector": selector, "action": "ALLOW",
                            "rules": .array(admissions(exposure.service, provider)),
                        ]
                    ]
                ),
            ]
        }
    }

    /// Whom a service behind sign-on lets in; a rule without a source would let everybody in.
    private func admissions(_ service: Named<ServiceSpec>, _ provider: SignOnProvider) -> [JSONValue] {
        let people: JSONValue = [
            "from": [["source": ["requestPrincipals": [.string("\(provider.issuer)/*")]]]],
            "when": [["key": "request.auth.claims[groups]", "values": SignOn.team(team).groups.json]],
        ]
        var rules = [people]
        let callers = callerNamespaces(service)
        if !callers.isEmpty { rules.append(["from": [["source": ["namespaces": callers.json]]]]) }
        if service.spec.workload.isKnative { rules += Self.knativeAdmissions }
        return rules
    }

    /// The namespaces, proved by mutual TLS, of the pods that the service's network policy lets in.
    private func callerNamespaces(_ service: Named<ServiceSpec>) -> [String] {
        switch service.spec.networkPolicy.ingress {
        case .denyAll: []
        case .allowAll: ["team-*"]
        case .allowOnly(let peers): Set(peers.map { "team-\($0.team)" }).sorted()
        }
    }

    /// What Knative's own pods ask of a service's: its figures at the ports for them, and whether it is ready.
    ///
    /// The activator also brings requests of people, so neither rule may admit what a person could ask for: the header
    /// of a probe makes the queue proxy answer by itself.
    private static let knativeAdmissions: [JSONValue] = [
        [
            "from": [["source": ["namespaces": [.string(PlatformNamespaces.knative)]]]],
            "to": [["operation": ["paths": ["/metrics"], "ports": ["9090", "9091"]]]],
        ],
        [
            "from": [["source": ["namespaces": [.string(PlatformNamespaces.knative)]]]],
            "to": [["operation": ["paths": ["/healthz"]]]],
            "when": [["key": "request.headers[K-Network-Probe]", "values": ["queue"]]],
        ],
    ]
}
